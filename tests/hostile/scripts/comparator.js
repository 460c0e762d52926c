// Tries: a comparator that never answers.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  [2, 1].sort(() => { for (;;) ; });
}
