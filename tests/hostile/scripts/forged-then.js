// Tries: to catch every object the host resolves with.
// Report: failed: yielded undefined
export async function invoke(run) {
  Object.prototype.then = function (done) { done('forged'); };
  return 'fine';
}
