// Calls of process.js's exports, as messages: the same in every engine. What is done for a run is
// done in a context of its own, `runs`, so that messages and logs find back.
export function serve({ runs, say, show, hear }) {
  const calls = new Map();
  let exported = {};

  function describe(error) {
    const is = error instanceof Error;
    const { name, message, stack, code } = is ? error : { message: show(error) };
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
    else runs.run(message.run, () => hear(message.value));
  }

  async function load(importing) {
    try {
      exported = functionsOf(await importing());
      say({ type: "ready", exports: Object.keys(exported) });
    } catch (error) {
      say({ type: "broken", error: describe(error) });
    }
  }

  return { receive, load };
}

// CommonJS comes as the default export; what both have is the same.
function functionsOf(module) {
  const inner = module.default;
  const all = inner !== null && typeof inner === "object" ? { ...inner, ...module } : { ...module };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => typeof value === "function"));
}

// Node's `process.send(message, handle, options, callback)`: all but the first can be left out.
export function makeSend(runs, say) {
  return (value, ...rest) => {
    if (value === undefined) throw new TypeError("process.send() takes a message");
    const callback = rest.findLast((one) => typeof one === "function");
    return say({ type: "message", run: runs.getStore() ?? null, value }, callback);
  };
}

const MAX_CHARACTERS = 16 * 2 ** 20;

// The engines would fail later, and with the process: here the one who asked is told.
export function encode(message) {
  const text = JSON.stringify(message);
  if (text.length > MAX_CHARACTERS) throw new RangeError("more than 16 MB of JSON at once");
  return text;
}
