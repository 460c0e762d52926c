// Tries: a pattern nested 100,000 deep.
// Report: failed: Invalid regular expression
export async function invoke(run) {
  return String(new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test(''));
}
