// The one door. JavaScript runs only when the host posts here, and answers only in the outbox.
const QUIET = new NativeMap([["drop"], ["seed"], ["reset"], ["web"], ["entropy"], ["attend"]]);

// `receive` is true if the message asks for nothing that is still to come.
function receive(message) {
  const { type } = message;
  if (type === "call") return answerCall(openCall(message.call), runExport, message);
  if (type === "load") return answerCall(openCall(message.call), loadProgram, message);
  if (type === "answer") answer(message);
  else if (type === "pull") pull(mapGet(calls, message.call));
  else if (type === "invoke") invoke(openCall(message.call), message.view);
  else if (type === "stop") stop(mapGet(calls, message.call));
  else if (type === "drop") mapDelete(calls, message.call);
  else if (type === "fire") fireTimer(message.id);
  else if (type === "seed") seeds = message.words;
  else if (type === "reset") mapClear(timers);
  else if (type === "web") installWeb(message);
  else if (type === "entropy") setEntropy(message.words);
  else if (type === "attend") attend();
  return mapHas(QUIET, type);
}

function invoke(call, view) {
  call.running = startInvoke(call, view);
}

function pull(call) {
  if (call !== undefined) call.running = step(call);
}

// Microtasks run when this has returned: usually, what they send is what the host waits for, and
// it drains the outbox in a second step. A host that guesses `brief` gets it at once, if all is
// said; otherwise it is told whether the guess would have been right.
function enter(text, brief) {
  const batch = parseJSON(text);
  now = batch.now;
  let settled = true;
  for (let at = 0; at < batch.messages.length; at++) {
    enterFrame(undefined);
    settled = receive(batch.messages[at]) && settled;
  }
  if (!settled) return "";
  return brief ? drain() : "settled";
}

// Some files parse in two ways: alone, or only together with our wrapper around them.
function check(kind, body) {
  construct(compileBody[kind], [body]);
  return "";
}

let secret;

function door(key, action, first, second) {
  if (key !== secret) throw new NativeTypeError("this function belongs to the host");
  if (action === "enter") return enter(first, second);
  if (action === "drain") return drain();
  if (action === "check") return check(first, second);
  mapSet(factories, first, second);
  return "";
}

// Before foreign code comes in; of the globals, some are not there while a snapshot is made.
function wake(key) {
  secret = key;
  adoptContext();
  for (const name of ["SharedArrayBuffer", "Atomics", "WebAssembly"]) deleteProperty(globalThis, name);
  installClock();
  installTimers();
  installConsole();
  NativeError.stackTraceLimit = 30;
  deleteProperty(globalThis, "__understudy_wake");
  defineProperty(globalThis, "__understudy", { __proto__: null, value: door });
  return "awake";
}

return { __proto__: null, wake, freezeParts, define: (path, factory) => mapSet(factories, path, factory) };
