// Tries: to spread what never ends.
// Report: failed: was stopped
export async function invoke(run) {
  return [...(function* () { for (;;) yield {}; })()].join();
}
