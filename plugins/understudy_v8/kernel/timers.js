// Timers are messages: the host waits, and posts `fire` when the time has come.
const TIMER_LIMIT = 1000;
const LONGEST = 2 ** 31 - 1;
const timers = new NativeMap();
let lastTimer = 0;

function startTimer(repeat, callback, delay, given) {
  if (typeof callback !== "function") throw new NativeTypeError("a timer needs a function");
  if (mapSize(timers) >= TIMER_LIMIT) throw new NativeRangeError("more than 1000 timers are set");
  const id = ++lastTimer;
  const wait = clamp(toNumber(delay), repeat ? 1 : 0);
  offer("timer", ',"id":' + id + ',"delay":' + wait);
  mapSet(timers, id, { callback, given, wait, repeat, frame: currentFrame() });
  return id;
}

function clamp(delay, least) {
  return delay > least ? (delay < LONGEST ? delay : LONGEST) : least;
}

function clearTimer(id) {
  if (mapDelete(timers, id)) send("clear", ',"id":' + id);
}

function fireTimer(id) {
  const timer = mapGet(timers, id);
  if (timer === undefined) return;
  if (timer.repeat) send("timer", ',"id":' + id + ',"delay":' + timer.wait);
  else mapDelete(timers, id);
  enterFrame(timer.frame);
  guard(() => apply(timer.callback, undefined, timer.given));
}

// Nobody awaits a timer, a listener or a microtask: what it throws is logged.
function guard(action) {
  try {
    action();
  } catch (error) {
    log("error", ["Uncaught", error]);
  }
}

// The engine's binding declares its own setTimeout with `var`: it can be assigned, not redefined.
function installTimers() {
  globalThis.__timer_manager = undefined;
  globalThis.setTimeout = function setTimeout(callback, delay, ...given) {
    return startTimer(false, callback, delay, given);
  };
  globalThis.clearTimeout = function clearTimeout(id) { clearTimer(id); };
  hide(globalThis, "setInterval", function setInterval(callback, delay, ...given) {
    return startTimer(true, callback, delay, given);
  });
  hide(globalThis, "clearInterval", function clearInterval(id) { clearTimer(id); });
  hide(globalThis, "queueMicrotask", function queueMicrotask(callback) {
    if (typeof callback !== "function") throw new NativeTypeError("queueMicrotask needs a function");
    runSoon(callback);
  });
}

function removeTimers() {
  const names = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "queueMicrotask", "__timer_manager"];
  for (let at = 0; at < names.length; at++) deleteProperty(globalThis, names[at]);
}

async function runSoon(callback) {
  await undefined;
  guard(callback);
}
