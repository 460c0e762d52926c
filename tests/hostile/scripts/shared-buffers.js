// Tries: memory that is shared.
// Report: failed: SharedArrayBuffer is not defined
export async function invoke(run) {
  const all = [];
  for (;;) all.push(new Uint8Array(new SharedArrayBuffer(1e7)).fill(1));
}
