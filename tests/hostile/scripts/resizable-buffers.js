// Tries: memory that grows.
// Report: failed: was stopped | allocation failed | Out of memory
export async function invoke(run) {
  const buffer = new ArrayBuffer(1, { maxByteLength: 2 ** 32 });
  for (let n = 1; ; n++) { buffer.resize(n * 1e7); new Uint8Array(buffer).fill(n); }
}
