// node:timers/promises.
function wait(milliseconds, value, { signal } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => resolve(value), milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
    return undefined;
  });
}
module.exports = { scheduler: { wait }, setImmediate: (value) => wait(0, value), setTimeout: wait };
