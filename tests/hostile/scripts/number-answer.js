// Tries: an answer that is no number.
// Report: completed: NaN
export async function invoke(run) {
  return NaN;
}
