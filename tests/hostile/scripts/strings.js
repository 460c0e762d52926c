// Tries: to pass the heap limit with long strings.
// Report: failed: was stopped | Invalid string length | Out of memory
export async function invoke(run) {
  const all = [];
  for (let n = 0; ; n++) all.push('x'.padStart(1e7, String(n)));
}
