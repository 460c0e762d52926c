// Tries: a regular expression that backtracks for ever.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  return String(/(a+)+$/.test('a'.repeat(40) + 'b'));
}
