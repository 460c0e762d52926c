// Tries: an error whose message takes for ever.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  throw { get message() { for (;;) ; } };
}
