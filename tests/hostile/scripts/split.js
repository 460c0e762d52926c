// Tries: one line that aborts V8: a string split into 2 ** 28 pieces.
// Report: failed: memory and was stopped
export async function invoke(run) {
  return String('a'.repeat(2 ** 28).split('').length);
}
