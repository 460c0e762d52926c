// Tries: to throw undefined.
// Report: failed: `invoke` failed: undefined
export async function invoke(run) {
  throw undefined;
}
