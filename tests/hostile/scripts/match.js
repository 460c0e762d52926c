// Tries: one line that aborts V8: 2 ** 28 matches.
// Report: failed: memory and was stopped
export async function invoke(run) {
  return String('a'.repeat(2 ** 28).match(/a/g).length);
}
