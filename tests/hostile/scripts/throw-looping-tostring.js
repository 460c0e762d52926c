// Tries: to throw what takes for ever to be put into words.
// Report: failed: `invoke` failed: {}
export async function invoke(run) {
  throw { toString() { for (;;) ; } };
}
