// Tries: a reviver that never ends.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  JSON.parse('[1]', () => { for (;;) ; });
}
