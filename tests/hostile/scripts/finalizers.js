// Tries: a finalizer that loops.
// Report: failed: was stopped
export async function invoke(run) {
  const registry = new FinalizationRegistry(() => { for (;;) ; });
  for (let n = 0; n < 1e5; n++) registry.register({}, n);
  let waste = [];
  for (let n = 0; n < 300; n++) waste = new Array(1e5).fill(n);
  await new Promise((done) => setTimeout(done, 50));
  return 'fine';
}
