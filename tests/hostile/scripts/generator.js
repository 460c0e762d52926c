// Tries: a generator that a loop can never exhaust.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  function* forever() { for (;;) yield 1; }
  for (const one of forever()) one;
}
