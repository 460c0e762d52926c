// Tries: to recurse without end.
// Report: failed: Maximum call stack size exceeded
export async function invoke(run) {
  const again = () => again() + 1;
  return String(again());
}
