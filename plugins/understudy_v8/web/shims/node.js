// The few functions of Node that undici's fetch classes use.
const tagOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const bufferLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get;

function isArrayBuffer(value) {
  try {
    bufferLength.call(value);
    return true;
  } catch {
    return false;
  }
}

const typedTag = (value) => (ArrayBuffer.isView(value) ? tagOf.call(value) : undefined);

const types = {
  isArrayBuffer,
  isAnyArrayBuffer: isArrayBuffer,
  isSharedArrayBuffer: () => false,
  isArrayBufferView: ArrayBuffer.isView,
  isTypedArray: (value) => typedTag(value) !== undefined,
  isUint8Array: (value) => typedTag(value) === "Uint8Array",
  isDataView: (value) => ArrayBuffer.isView(value) && typedTag(value) === undefined,
  // A proxy cannot be told from what it stands for. It only chooses the slower, general way.
  isProxy: () => true,
};

function inspect(value) {
  return typeof value === "symbol" || value === null ? String(value) : JSON.stringify(value) ?? String(value);
}
inspect.custom = Symbol.for("nodejs.util.inspect.custom");

function assert(truth, message) {
  if (truth) return;
  if (message instanceof Error) throw message;
  throw new Error(message ?? "an assertion failed");
}

class EventEmitter {}
class Transform {}
class IncomingMessage {}

const state = (stream) => web.streams.stateOf(stream);

// One function, since undici asks for `assert` as a module.
module.exports = Object.assign(assert, {
  ok: assert,
  equal: (a, b) => assert(a == b),
  strictEqual: (a, b) => assert(a === b),
  notStrictEqual: (a, b) => assert(a !== b),
  deepStrictEqual: (a, b) => assert(JSON.stringify(a) === JSON.stringify(b)),
  types,
  ...types,
  inspect,
  formatWithOptions: (_options, ...values) => values.map(inspect).join(" "),
  toUSVString: (text) => String(text).toWellFormed(),
  promisify: (action) => action,
  EventEmitter,
  defaultMaxListeners: 10,
  getMaxListeners: () => 10,
  setMaxListeners() {},
  addAbortListener(signal, listener) {
    signal.addEventListener("abort", listener, { once: true });
    return { [Symbol.dispose]: () => signal.removeEventListener("abort", listener) };
  },
  Transform,
  Readable: Transform,
  isDisturbed: (stream) => state(stream).disturbed,
  isErrored: (stream) => state(stream).errored,
  IncomingMessage,
  isIP: () => 0,
  stringify: (fields) => String(new web.url.URLSearchParams(fields)),
  performance: { now: () => Date.now() },
  randomInt: (limit) => Math.floor((host.entropy(4).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32) * limit),
});
