// Tries: an iterator without end.
// Report: failed: was stopped
export async function invoke(run) {
  return Array.from({ [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) }).join();
}
