// Tries: a getter that throws when the host reads the answer.
// Report: failed: caught me
export async function invoke(run) {
  return { type: 'text', get text() { throw new Error('caught me'); } };
}
