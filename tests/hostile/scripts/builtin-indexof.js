// Tries: a builtin that never looks at V8's stop flag.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 3);
}
