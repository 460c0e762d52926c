// Tries: an answer that is a function.
// Report: failed: yielded a function
export async function invoke(run) {
  return () => 'x';
}
