// Tries: to fill the heap a little in each turn.
// Report: failed: was stopped
export async function invoke(run) {
  const all = [];
  for (;;) { await 0; all.push(new Array(1000).fill({})); }
}
