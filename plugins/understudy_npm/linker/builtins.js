// The modules of Node.js: where each comes from, if it is real anywhere.
import { builtinModules } from "node:module";

const REAL = {
  assert: "unenv/node/assert",
  async_hooks: "./shims/async_hooks.cjs",
  buffer: "./shims/buffer.cjs",
  constants: "unenv/node/constants",
  crypto: "./shims/crypto.cjs",
  diagnostics_channel: "unenv/node/diagnostics_channel",
  events: "events",
  path: "unenv/node/path",
  "path/posix": "unenv/node/path/posix",
  perf_hooks: "./shims/perf_hooks.cjs",
  process: "./shims/process.cjs",
  punycode: "unenv/node/punycode",
  querystring: "unenv/node/querystring",
  stream: "readable-stream",
  "stream/promises": "readable-stream/lib/stream/promises",
  "stream/web": "./shims/stream-web.cjs",
  string_decoder: "string_decoder/",
  timers: "./shims/timers.cjs",
  "timers/promises": "./shims/timers-promises.cjs",
  url: "unenv/node/url",
  util: "unenv/node/util",
  "util/types": "unenv/node/util/types",
};

const known = new Set(builtinModules.filter((name) => !name.startsWith("_")));

export function builtinName(path) {
  const name = path.startsWith("node:") ? path.slice(5) : path;
  return path.startsWith("node:") || known.has(name) ? name : undefined;
}

export function realBuiltin(name) {
  return Object.hasOwn(REAL, name) ? REAL[name] : undefined;
}
