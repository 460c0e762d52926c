// Runs around process.js in deno and in Node, whose own channel leads to the host.
import { AsyncLocalStorage } from "node:async_hooks";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { encode, makeSend, serve } from "./calls.mjs";

const LEVELS = { debug: "debug", log: "info", info: "info", warn: "warning", error: "error" };

const runs = new AsyncLocalStorage();
const send = process.send.bind(process);
const emit = process.emit;

function say(message, callback) {
  encode(message);
  return send(message, undefined, undefined, callback);
}

const hear = (value) => Reflect.apply(emit, process, ["message", value, undefined]);
const { receive, load } = serve({ runs, say, show: format, hear });

process.emit = function (event, ...rest) {
  if (event !== "message") return Reflect.apply(emit, this, [event, ...rest]);
  receive(rest[0]);
  return true;
};
process.send = makeSend(runs, say);
process.on("message", () => {}); // as long as somebody listens, the process stays
process.on("disconnect", () => process.exit());
for (const [method, level] of Object.entries(LEVELS)) {
  console[method] = (...values) => {
    const text = format(...values).slice(0, 4000);
    say({ type: "log", run: runs.getStore() ?? null, level, text });
  };
}

const granted = process.argv[3].split(",");
for (const name of Object.keys(process.env)) if (!granted.includes(name)) delete process.env[name];
await load(() => import(pathToFileURL(process.argv[2]).href));
