// Tries: another of those builtins.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0);
}
