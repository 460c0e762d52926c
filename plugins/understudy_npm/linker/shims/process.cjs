// node:process.
module.exports = globalThis.process;
