// Tries: to block its thread.
// Report: failed: Atomics is not defined
export async function invoke(run) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
