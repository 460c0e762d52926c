// Tries: arithmetic on numbers of a million digits.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  let n = 3n ** 1000000n;
  for (;;) n = (n * n) % (7n ** 1000001n);
}
