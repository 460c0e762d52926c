// Runs around process.js in the jail. Its `invoke` lasts as long as the process does: what process.js
// says goes out as a message of its run, whose answer is what the host says next.
import { encode, makeSend, serve } from "./calls.mjs";

const METHODS = ["debug", "dir", "error", "group", "info", "log", "table", "trace", "warn"];

// So many steps may what is said take, to go out with the request for what the host says next: that
// is one turn instead of two.
const SOON = 16;

const runs = new AsyncLocalStorage();
const listeners = new Map();
let lines = "";
let waiting = 0;
let flush = () => {};
let end = () => {};
let running = true;

// In V8 a module's first line begins with the host's text: its columns are not the author's.
const placed = (error) => ({ ...error, stack: error.stack.replace(/:1:\d+(?=\)|$)/gm, ":1") });

function say(message, callback) {
  if (!running) return false;
  if (message.error !== undefined) message.error = placed(message.error);
  lines += `${encode(message)}\n`;
  queueMicrotask(flush);
  if (callback !== undefined) queueMicrotask(() => callback(null));
  return true;
}

// The listeners of `process`, which in embedded V8 has none.
function listen(event, listener, once = false) {
  listeners.set(event, [...(listeners.get(event) ?? []), { listener, once }]);
  return process;
}

function unlisten(event, listener) {
  const rest = (listeners.get(event) ?? []).filter((one) => one.listener !== listener);
  listeners.set(event, rest);
  return process;
}

function emit(event, ...values) {
  const all = listeners.get(event) ?? [];
  for (const { listener, once } of all) {
    if (once) unlisten(event, listener);
    Reflect.apply(listener, process, values);
  }
  return all.length > 0;
}

function show(value) {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function hear(value) {
  try {
    emit("message", value, undefined);
  } catch (error) {
    console.error("Uncaught in a listener of messages:", error);
    process.exit(1);
  }
}

// A line begins with the run that it is printed for: the host takes that off.
function attribute(print) {
  return (...values) => {
    const run = `${runs.getStore() ?? ""}\n`;
    const [first, ...rest] = values;
    if (typeof first === "string") print(run + first, ...rest);
    else print(run, ...values);
  };
}

function write(print, text, rest) {
  print("%s", String(text).trimEnd());
  const written = rest.findLast((one) => typeof one === "function");
  if (written !== undefined) queueMicrotask(() => written());
  return true;
}

function install(granted) {
  for (const name of METHODS) console[name] = attribute(console[name]);
  console.assert = (holds, ...values) => holds || console.error("Assertion failed:", ...values);
  for (const name of Object.keys(process.env)) if (!granted.includes(name)) delete process.env[name];
  process.on = process.addListener = (event, listener) => listen(event, listener);
  process.once = (event, listener) => listen(event, listener, true);
  process.off = process.removeListener = unlisten;
  process.emit = emit;
  process.listenerCount = (event) => (listeners.get(event) ?? []).length;
  process.send = makeSend(runs, say);
  process.connected = true;
  process.stdout = { write: (text, ...rest) => write(console.log, text, rest) };
  process.stderr = { write: (text, ...rest) => write(console.warn, text, rest) };
  process.exit = process.disconnect = () => {
    running = false;
    end();
  };
}

async function exchange(run) {
  const said = lines;
  lines = "";
  waiting++;
  try {
    return await run.process.send(said);
  } finally {
    waiting--;
  }
}

async function talk(run, receive) {
  do {
    const heard = await exchange(run);
    for (const line of heard.split("\n")) if (line !== "") receive(JSON.parse(line));
    for (let step = 0; step < SOON && lines === ""; step++) await null;
  } while (waiting === 0 || lines !== "");
}

export async function* invoke(run) {
  install(run.assistant.env);
  const { receive, load } = serve({ runs, say, show, hear });
  const ended = new Promise((resolve, reject) => {
    end = resolve;
    // A second exchange says what comes while the first one waits; more would be no faster.
    flush = () => {
      if (waiting === 1 && lines !== "") talk(run, receive).catch(reject);
    };
    talk(run, receive).catch(reject);
  });
  load(() => import("PROCESS"));
  await ended;
  if (lines !== "") yield lines;
}
