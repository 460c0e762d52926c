// Tries: a trap that throws when the host reads the answer.
// Report: failed: yielded an object
export async function invoke(run) {
  return new Proxy({}, { ownKeys() { throw 1; } });
}
