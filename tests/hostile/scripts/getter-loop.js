// Tries: a getter that loops when the host reads the answer.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  return { type: 'text', get text() { for (;;) ; } };
}
