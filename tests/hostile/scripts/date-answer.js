// Tries: an answer that is an impossible date.
// Report: failed: yielded an object
export async function invoke(run) {
  return new Date(NaN);
}
