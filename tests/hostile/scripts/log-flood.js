// Tries: a hundred thousand lines of log.
// Report: failed: was stopped
export async function invoke(run) {
  for (let n = 0; n < 1e5; n++) console.log('x'.repeat(1000));
  return 'fine';
}
