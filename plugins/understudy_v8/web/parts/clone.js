// structuredClone, atob and btoa.
import { DOMException, isBlob } from "part:events";

const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
const transferred = new WeakMap(); // how to move an object of ours: see `channel`

export function makeTransferable(prototype, move) {
  transferred.set(prototype, move);
}

function refuse(what) {
  throw new DOMException(`${what} could not be cloned.`, "DataCloneError");
}

// A value's own brand decides, not its prototype: `Object.prototype.toString` can be fooled by a
// tag, so each case calls a method that only the real thing has.
const READERS = {
  Boolean: (value) => Object(Boolean.prototype.valueOf.call(value)),
  Number: (value) => Object(Number.prototype.valueOf.call(value)),
  String: (value) => Object(String.prototype.valueOf.call(value)),
  BigInt: (value) => Object(BigInt.prototype.valueOf.call(value)),
  Date: (value) => new Date(Date.prototype.getTime.call(value)),
  RegExp: (value) => new RegExp(value.source, value.flags),
};

function copyView(view, seen) {
  const buffer = clone(view.buffer, seen);
  if (view instanceof DataView) return new DataView(buffer, view.byteOffset, view.byteLength);
  // A view to the end of a resizable buffer follows its length.
  const toEnd = view.byteOffset + view.byteLength === view.buffer.byteLength;
  const length = view.buffer.resizable && toEnd ? undefined : view.length;
  return new globalThis[view[Symbol.toStringTag]](buffer, view.byteOffset, length);
}

function copyBuffer(buffer) {
  if (buffer.detached) refuse("A detached ArrayBuffer");
  if (!buffer.resizable) return buffer.slice(0);
  const copy = new ArrayBuffer(buffer.byteLength, { maxByteLength: buffer.maxByteLength });
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}

function copyError(error, seen) {
  const Kind = ERRORS[error.name] ?? Error;
  const copy = new Kind();
  seen.set(error, copy);
  const message = Object.getOwnPropertyDescriptor(error, "message");
  if (message && "value" in message) define(copy, "message", String(message.value));
  if (Object.hasOwn(error, "cause")) define(copy, "cause", clone(error.cause, seen));
  define(copy, "stack", String(error.stack));
  return copy;
}

function define(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

function copyCollection(value, seen) {
  const copy = value instanceof Map ? new Map() : new Set();
  seen.set(value, copy);
  const items = [...(value instanceof Map ? Map.prototype.entries.call(value) : Set.prototype.values.call(value))];
  for (const item of items) {
    if (copy instanceof Map) copy.set(clone(item[0], seen), clone(item[1], seen));
    else copy.add(clone(item, seen));
  }
  return copy;
}

function copyFields(value, copy, seen) {
  seen.set(value, copy);
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(value, key)) continue; // a getter has deleted it
    Object.defineProperty(copy, key, {
      value: clone(value[key], seen), writable: true, enumerable: true, configurable: true,
    });
  }
  return copy;
}

function copyObject(value, seen) {
  const kind = tag(value);
  if (ArrayBuffer.isView(value)) return copyView(value, seen);
  if (Error.isError(value) && !(value instanceof DOMException)) return copyError(value, seen);
  if (value instanceof DOMException) return new DOMException(value.message, value.name);
  if (value instanceof ArrayBuffer) return copyBuffer(value);
  if (value instanceof Map || value instanceof Set) return copyCollection(value, seen);
  if (Object.hasOwn(READERS, kind)) return READERS[kind](value);
  if (isBlob(value)) return value;
  if (Array.isArray(value)) return copyFields(value, new Array(value.length), seen);
  if (kind !== "Object" && kind !== "Arguments" && isPlatformObject(value)) refuse(`A ${kind}`);
  return copyFields(value, {}, seen);
}

// An object that carries a tag from its class is an interface of the platform, and not serializable.
function isPlatformObject(value) {
  return !Object.hasOwn(value, Symbol.toStringTag);
}

function clone(value, seen) {
  if (typeof value === "symbol") refuse(String(value));
  if (typeof value === "function") refuse(`The function ${value.name}`);
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const copy = copyObject(value, seen);
  seen.set(value, copy);
  return copy;
}

function mover(item) {
  if (item instanceof ArrayBuffer) return (buffer) => buffer.transfer();
  for (let at = item; at !== null; at = Object.getPrototypeOf(at)) {
    if (transferred.has(at)) return transferred.get(at);
  }
  return undefined;
}

function checkTransfer(list, seen) {
  for (const item of list) {
    if (seen.has(item)) refuse("An object that is transferred twice");
    if (typeof item !== "object" || item === null || mover(item) === undefined) refuse("A value in the transfer list");
    if (item.detached) refuse("A detached object");
    seen.set(item, undefined);
  }
}

// With what is transferred moved over: the copies refer to what arrives on the other side.
export function cloneWith(value, transfer) {
  const list = [...transfer];
  checkTransfer(list, new Map());
  const seen = new Map(list.map((item) => [item, mover(item)]));
  const arrivals = new Map();
  for (const [item, move] of seen) {
    if (!(item instanceof ArrayBuffer)) arrivals.set(item, move(item));
  }
  const buffers = list.filter((item) => item instanceof ArrayBuffer);
  const copies = new Map([...arrivals, ...buffers.map((buffer) => [buffer, copyBuffer(buffer)])]);
  const data = clone(value, copies);
  for (const buffer of buffers) buffer.transfer();
  return { data, moved: list.map((item) => copies.get(item)) };
}

export function structuredClone(value, options = undefined) {
  if (arguments.length === 0) throw new TypeError("structuredClone takes a value");
  return cloneWith(value, options?.transfer ?? []).data;
}

export function atob(data) {
  const text = String(data);
  try {
    return toBinary(Uint8Array.fromBase64(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DOMException("The text is not Base64.", "InvalidCharacterError");
  }
}

function toBinary(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

export function btoa(data) {
  const text = String(data);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255) throw new DOMException("The text has characters beyond Latin-1.", "InvalidCharacterError");
    bytes[at] = code;
  }
  return bytes.toBase64();
}
