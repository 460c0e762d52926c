// Tries: an answer that is a symbol.
// Report: failed: yielded a symbol
export async function invoke(run) {
  return Symbol('x');
}
