// Tries: an answer that JSON does not have.
// Report: failed: holds a BigInt
export async function invoke(run) {
  return { type: 'text', text: 1n };
}
