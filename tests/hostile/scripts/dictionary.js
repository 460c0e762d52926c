// Tries: to fill the heap with keys.
// Report: failed: was stopped
export async function invoke(run) {
  const all = {};
  for (let n = 0; ; n++) all['key' + n] = n;
}
