// Tries: an answer whose memory is taken away.
// Report: failed: detached ArrayBuffer
export async function invoke(run) {
  const buffer = new ArrayBuffer(1e6);
  const view = new Uint8Array(buffer);
  buffer.transfer();
  return view;
}
