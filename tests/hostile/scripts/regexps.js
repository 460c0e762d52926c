// Tries: ten thousand large regular expressions.
// Report: failed: was stopped
export async function invoke(run) {
  const all = [];
  for (let n = 0; ; n++) { const one = new RegExp('(a|b)'.repeat(2000) + n); one.test('ab'); all.push(one); }
}
