// Calls of an export, and what they ask of the host. A request is answered by its id, once.
const REQUEST_LIMIT = 2048;
const calls = new NativeMap();
let lastRequest = 0;

function openCall(id) {
  const call = { id, pending: new NativeMap(), aborted: false, steps: null, running: null, signal: null, abort: null };
  mapSet(calls, id, call);
  return call;
}

// `type` is the message to send: `request`, or `pull` and `shut` of a stream.
function request(call, type, fields) {
  return new NativePromise((resolve, reject) => {
    if (!mapHas(calls, call.id)) return reject(new NativeError("the run has ended"));
    if (call.aborted) return reject(makeAbortError());
    if (mapSize(call.pending) >= REQUEST_LIMIT) {
      return reject(new NativeRangeError("more than 2048 requests are open; await some first"));
    }
    const id = ++lastRequest;
    offer(type, ',"call":' + call.id + ',"id":' + id + fields());
    return mapSet(call.pending, id, resolve);
  });
}

function checkObject(value) {
  if (isObject(value) && !isArray(value)) return value;
  throw new NativeTypeError("this takes an object, such as { … }; it was given " + nameOf(value));
}

function effect(kind, payload) {
  checkObject(payload);
  return () => ',"kind":"' + kind + '","payload":' + encode(payload, "the argument");
}

// The error is made here, where V8 knows who is waiting, so that its stack shows the author's line.
async function settle(reply) {
  const { error, id, value } = (await reply).message;
  if (error !== null) throw makeError(error, id);
  return value;
}

async function ask(call, kind, payload) {
  return await settle(request(call, "request", effect(kind, payload)));
}

function answer(message) {
  const call = mapGet(calls, message.call);
  const resolve = call === undefined ? undefined : mapGet(call.pending, message.id);
  if (resolve === undefined) return;
  mapDelete(call.pending, message.id);
  resolve(box(message));
}

// A promise asks what it is resolved with for `then`; a box has no prototype that could answer.
function box(message) {
  return { __proto__: null, message };
}

function openStream(call, kind, payload, stream = ++lastRequest) {
  let state = "new";
  const pull = (fields) => settle(request(call, "pull", () => ',"stream":' + stream + fields()));
  return {
    async next() {
      if (state === "done") return { value: undefined, done: true };
      const fields = state === "new" ? effect(kind, payload) : () => ',"kind":"","payload":null';
      state = "open";
      try {
        const step = await pull(fields);
        if (step.done) state = "done";
        return step;
      } catch (error) {
        state = "done";
        throw error;
      }
    },
    async return(value) {
      const open = state === "open" && !call.aborted;
      state = "done";
      if (open) await settle(request(call, "shut", () => ',"stream":' + stream));
      return { value, done: true };
    },
    [asyncIterator]() {
      return this;
    },
  };
}

// A stream that also sends: `push` gives a piece in base64, null at the end, or why it breaks off,
// and resolves when it has been taken, to whether more is wanted.
function openUpload(call, kind, payload) {
  const stream = ++lastRequest;
  const field = (value) => encode(value, "a piece");
  const push = (chunk, error = null) => settle(request(call, "push",
    () => ',"stream":' + stream + ',"chunk":' + field(chunk) + ',"error":' + field(error)));
  return { __proto__: null, items: openStream(call, kind, payload, stream), push };
}

// With the Web APIs, what `fetch` and others know as a signal; else something that looks like it.
function signalOf(call) {
  if (call.signal === null) call.signal = hasPart("events") ? makeAbortSignal(call) : makeSignal(call);
  return call.signal;
}

function makeAbortSignal(call) {
  const controller = new web.events.AbortController();
  call.abort = (reason) => controller.abort(reason);
  return controller.signal;
}

function makeSignal(call) {
  const listeners = new NativeMap();
  const signal = {
    get aborted() { return call.aborted; },
    reason: undefined,
    onabort: null,
    addEventListener(type, listener) {
      if (type === "abort" && isObject(listener)) mapSet(listeners, listener, true);
    },
    removeEventListener(type, listener) {
      if (type === "abort") mapDelete(listeners, listener);
    },
    throwIfAborted() {
      if (call.aborted) throw this.reason;
    },
    toJSON() {
      return undefined;
    },
    dispatchEvent(event) {
      if (typeof this.onabort === "function") guard(() => this.onabort(event));
      mapForEach(listeners, (_, listener) => guard(() => {
        if (typeof listener === "function") apply(listener, this, [event]);
        else listener.handleEvent(event);
      }));
      mapClear(listeners);
      return true;
    },
  };
  call.abort = (reason) => {
    signal.reason = reason;
    signal.dispatchEvent({ type: "abort", target: signal });
  };
  return signal;
}

function makeAbortError() {
  const error = new NativeError("the run was cancelled");
  hide(error, "name", "AbortError");
  return error;
}

// First the signal, then whatever the script waits for, then `return()`: a script that cleans up
// can do so at each of the three.
function stop(call) {
  if (call === undefined || call.aborted) return;
  call.aborted = true;
  guard(() => { signalOf(call); call.abort(makeAbortError()); });
  rejectAll(call);
  stopAmbient(call);
  finish(call);
}

function rejectAll(call) {
  const report = { name: "AbortError", message: "the run was cancelled", kind: null, status: null };
  mapForEach(call.pending, (resolve, id) => resolve(box({ id, error: report, value: null })));
  mapClear(call.pending);
}

async function finish(call) {
  try {
    await call.running;
    if (call.steps !== null && typeof call.steps.return === "function") await call.steps.return();
  } catch (error) {
    log("error", ["Uncaught while stopping:", error]);
  }
  send("stopped", ',"call":' + call.id);
}
