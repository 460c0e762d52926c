// Tries: to fill the heap with a map.
// Report: failed: was stopped
export async function invoke(run) {
  const map = new Map();
  for (let n = 0; ; n++) map.set(n, { n });
}
