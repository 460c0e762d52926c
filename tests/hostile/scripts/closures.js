// Tries: to fill the heap with closures.
// Report: failed: was stopped
export async function invoke(run) {
  let last = () => 0;
  for (;;) { const before = last; last = () => before; }
}
