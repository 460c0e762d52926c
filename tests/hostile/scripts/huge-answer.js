// Tries: an answer of 256 MB.
// Report: failed: memory and was stopped
export async function invoke(run) {
  return 'x'.repeat(2 ** 28);
}
