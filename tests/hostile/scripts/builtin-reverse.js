// Tries: another of those builtins.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  Array.prototype.reverse.call({ length: 2 ** 53 - 1 });
}
