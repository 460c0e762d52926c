// The one door. JavaScript runs only when the host posts here, and answers only by `drain`.
function receive(message) {
  const { type } = message;
  if (type === "answer") answer(message);
  else if (type === "pull") pull(mapGet(calls, message.call));
  else if (type === "invoke") start(message, (call) => startInvoke(call, message.view));
  else if (type === "call") start(message, (call) => answerCall(call, runExport, message));
  else if (type === "load") start(message, (call) => answerCall(call, loadProgram, message));
  else if (type === "stop") stop(mapGet(calls, message.call));
  else if (type === "drop") mapDelete(calls, message.call);
  else if (type === "fire") fireTimer(message.id);
  else if (type === "seed") seeds = message.words;
  else if (type === "reset") mapClear(timers);
}

function start(message, work) {
  const call = openCall(message.call);
  call.running = work(call);
}

function pull(call) {
  if (call !== undefined) call.running = step(call);
}

function enter(text) {
  const batch = parseJSON(text);
  now = batch.now;
  for (let at = 0; at < batch.messages.length; at++) receive(batch.messages[at]);
  return "";
}

// Some files parse in two ways: alone, or only together with our wrapper around them.
function check(kind, body) {
  construct(compileBody[kind], [body]);
  return "";
}

function door(key, action, first, second) {
  if (key !== secret) throw new NativeTypeError("this function belongs to the host");
  if (action === "enter") return enter(first);
  if (action === "drain") return drain();
  if (action === "check") return check(first, second);
  mapSet(factories, first, second);
  return "";
}

function installGlobals() {
  for (const name of ["SharedArrayBuffer", "Atomics", "WebAssembly"]) deleteProperty(globalThis, name);
  installClock();
  installTimers();
  installConsole();
  NativeError.stackTraceLimit = 30;
  defineProperty(globalThis, "__understudy", { __proto__: null, value: door });
}

installGlobals();
