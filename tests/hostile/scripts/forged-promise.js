// Tries: to replace Promise and its methods.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  Promise.prototype.then = () => { for (;;) ; };
  Promise.resolve = () => { for (;;) ; };
  globalThis.Promise = class {};
  return 'fine';
}
