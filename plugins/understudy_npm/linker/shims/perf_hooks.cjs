// node:perf_hooks.
const { missing } = require("./missing.cjs");
module.exports = Object.assign(missing("perf_hooks"), { performance: globalThis.performance });
