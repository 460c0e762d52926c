// What the kernel uses, taken before foreign code can replace it. Nothing below this file may
// call a method of a built-in object in any other way.
const { apply, construct, defineProperty, ownKeys, deleteProperty } = Reflect;
const uncurryThis = Function.prototype.bind.bind(Function.prototype.call);
const NativeDate = Date;
const NativeError = Error;
const NativeMap = Map;
const NativePromise = Promise;
const NativeRangeError = RangeError;
const NativeTypeError = TypeError;
const NativeSyntaxError = SyntaxError;
const NativeUint8Array = Uint8Array;
const NativeUint32Array = Uint32Array;
const toText = String;
const toNumber = Number;
const isArray = Array.isArray;
const isFinite = Number.isFinite;
const floor = Math.floor;
const createObject = Object.create;
const freeze = Object.freeze;
const preventExtensions = Object.preventExtensions;
const parseJSON = JSON.parse;
const stringifyJSON = JSON.stringify;
const { asyncIterator, iterator, toStringTag } = Symbol;
const mapGet = uncurryThis(Map.prototype.get);
const mapSet = uncurryThis(Map.prototype.set);
const mapHas = uncurryThis(Map.prototype.has);
const mapDelete = uncurryThis(Map.prototype.delete);
const mapClear = uncurryThis(Map.prototype.clear);
const mapForEach = uncurryThis(Map.prototype.forEach);
const mapSize = uncurryThis(Object.getOwnPropertyDescriptor(Map.prototype, "size").get);
const origins = new WeakMap();
const originOf = uncurryThis(WeakMap.prototype.get);
const setOrigin = uncurryThis(WeakMap.prototype.set);
const sliceText = uncurryThis(String.prototype.slice);
const stepGenerator = uncurryThis(Object.getPrototypeOf(function* () {}).prototype.next);
const stepAsyncGenerator = uncurryThis(Object.getPrototypeOf(async function* () {}).prototype.next);
const compileBody = {
  esm: Object.getPrototypeOf(async function* () {}).constructor,
  cjs: Function,
};

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function hide(object, name, value) {
  defineProperty(object, name, { __proto__: null, value, writable: true, configurable: true });
}
