// Tries: a thenable that resolves with itself.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  const again = { then(done) { done(again); } };
  await again;
}
