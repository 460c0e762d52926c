// node:timers.
const { clearInterval, clearTimeout, setInterval, setTimeout } = globalThis;
const setImmediate = (callback, ...args) => setTimeout(callback, 0, ...args);
module.exports = { clearImmediate: clearTimeout, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout };
