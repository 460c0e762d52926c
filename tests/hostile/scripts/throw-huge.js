// Tries: an error with a message of 50 MB.
// Report: failed: was stopped
export async function invoke(run) {
  throw new Error('x'.repeat(5e7));
}
