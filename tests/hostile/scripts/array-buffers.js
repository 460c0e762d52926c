// Tries: memory that V8's limit does not see.
// Report: failed: was stopped | allocation failed | Out of memory
export async function invoke(run) {
  const all = [];
  for (;;) all.push(new Uint8Array(1e7).fill(1));
}
