// Runs around an assistant's process.js: its exports are called, its messages are parted from ours.
// What is done for a run is done in a context of its own, so that messages and logs find back.
import { AsyncLocalStorage } from "node:async_hooks";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const MAX_CHARACTERS = 16 * 2 ** 20;
const LEVELS = { debug: "debug", log: "info", info: "info", warn: "warning", error: "error" };

const runs = new AsyncLocalStorage();
const calls = new Map();
const send = process.send.bind(process);
const emit = process.emit;
let exported = {};

// The engines would fail later, and with the process: here the one who asked is told.
function say(message, callback) {
  const text = JSON.stringify(message);
  if (text.length > MAX_CHARACTERS) throw new RangeError("more than 16 MB of JSON at once");
  return send(message, undefined, undefined, callback);
}

function describe(error) {
  const is = error instanceof Error;
  const { name, message, stack, code } = is ? error : { message: format(error) };
  const cut = (text) => String(text ?? "").slice(0, 4000);
  return { name: cut(name ?? "Error"), message: cut(message), stack: cut(stack), code: cut(code) };
}

function fail(id, error) {
  if (calls.delete(id)) say({ type: "failure", call: id, error: describe(error) });
}

function stepsOf(value) {
  if (typeof value?.[Symbol.asyncIterator] === "function") return value[Symbol.asyncIterator]();
  // A list is a value, a generator is not.
  if (typeof value?.next === "function" && typeof value[Symbol.iterator] === "function") return value;
  return null;
}

async function begin({ call: id, run, name, args, streams }) {
  const call = { run, steps: null };
  calls.set(id, call);
  try {
    const value = await runs.run(run, () => exported[name](...args));
    call.steps = stepsOf(value) ?? (streams ? once(value) : null);
    if (!calls.has(id)) return stopSteps(call);
    if (streams) return await step(id);
    return finish(id, "result", call.steps === null ? value : await gather(id, call));
  } catch (error) {
    return fail(id, error);
  }
}

function finish(id, type, value) {
  if (!calls.has(id)) return;
  say({ type, call: id, value });
  calls.delete(id);
}

function* once(value) {
  yield value;
}

async function step(id) {
  const call = calls.get(id);
  if (call === undefined) return;
  try {
    const { done, value } = await runs.run(call.run, () => call.steps.next());
    if (done) finish(id, "end");
    else if (calls.has(id)) say({ type: "item", call: id, value: await value });
  } catch (error) {
    await stopSteps(call);
    fail(id, error);
  }
}

async function gather(id, call) {
  const all = [];
  while (calls.has(id)) {
    const { done, value } = await runs.run(call.run, () => call.steps.next());
    if (done) break;
    all.push(await value);
  }
  return all;
}

// That this answers shows that the process still does; what the call goes on doing is its own affair.
function stop(id) {
  const call = calls.get(id);
  calls.delete(id);
  say({ type: "stopped", call: id });
  if (call !== undefined) stopSteps(call);
}

async function stopSteps({ run, steps }) {
  try {
    await runs.run(run, () => steps?.return?.());
  } catch (error) {
    console.error("Uncaught while stopping:", error);
  }
}

function receive(message) {
  if (message.type === "call") begin(message);
  else if (message.type === "next") step(message.call);
  else if (message.type === "stop") stop(message.call);
  else runs.run(message.run, () => Reflect.apply(emit, process, ["message", message.value, undefined]));
}

// CommonJS comes as the default export; what both have is the same.
function functionsOf(module) {
  const inner = module.default;
  const all = inner !== null && typeof inner === "object" ? { ...inner, ...module } : { ...module };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => typeof value === "function"));
}

process.emit = function (event, ...rest) {
  if (event !== "message") return Reflect.apply(emit, this, [event, ...rest]);
  receive(rest[0]);
  return true;
};
process.send = (value, ...rest) => {
  if (value === undefined) throw new TypeError("process.send() takes a message");
  const callback = rest.findLast((one) => typeof one === "function");
  return say({ type: "message", run: runs.getStore() ?? null, value }, callback);
};
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
try {
  exported = functionsOf(await import(pathToFileURL(process.argv[2]).href));
  say({ type: "ready", exports: Object.keys(exported) });
} catch (error) {
  say({ type: "broken", error: describe(error) });
}
