// What all algorithms of SubtleCrypto share: names, keys, and the host that computes.
import { DOMException } from "part:events";
import { tag } from "../tag.js";

export const HASHES = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];
const making = Symbol("making");

export const refuse = (name, message) => { throw new DOMException(message, name); };

export function bytesOf(data, what = "the data") {
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
}

export function nameIn(known, algorithm) {
  const given = typeof algorithm === "string" ? algorithm : algorithm?.name;
  if (given === undefined) throw new TypeError("an algorithm needs a name");
  const found = known.find((name) => name.toLowerCase() === String(given).toLowerCase());
  return found ?? refuse("NotSupportedError", `The algorithm ${given} is not supported; there are ${known.join(", ")}.`);
}

export const hashOf = (algorithm) => nameIn(HASHES, algorithm.hash);

// `failing` is the name of the error if the host cannot do it with what it is given.
export async function compute(operation, fields, failing = "OperationError") {
  const payload = { operation };
  for (const [name, value] of Object.entries(fields)) {
    payload[name] = value instanceof Uint8Array ? value.toBase64() : value;
  }
  try {
    const result = await host.compute("crypto", payload);
    return typeof result === "string" ? Uint8Array.fromBase64(result).buffer : result;
  } catch (error) {
    throw new DOMException(error.message, error.name === "Invalid" ? failing : "NotSupportedError");
  }
}

export let secretOf;

export class CryptoKey {
  #type;
  #secret;
  #algorithm;
  #extractable;
  #usages;

  constructor(key, type, secret, algorithm, extractable, usages) {
    if (key !== making) throw new TypeError("Illegal constructor");
    this.#type = type;
    this.#secret = secret;
    this.#algorithm = algorithm;
    this.#extractable = extractable;
    this.#usages = usages;
  }

  static {
    secretOf = (key) => key.#secret;
  }

  get type() { return this.#type; }
  get extractable() { return this.#extractable; }
  get algorithm() { return this.#algorithm; }
  get usages() { return this.#usages; }
}

export function checkUsages(usages, allowed, name) {
  if (usages.every((usage) => allowed.includes(usage))) return;
  refuse("SyntaxError", `A key for ${name} can be used to ${allowed.join(", ") || "do nothing by itself"}.`);
}

export function makeKey(type, secret, algorithm, extractable, usages) {
  if (usages.length === 0 && type !== "public") refuse("SyntaxError", "A key needs at least one usage.");
  return new CryptoKey(making, type, secret, algorithm, Boolean(extractable), [...new Set(usages)]);
}

export function checkKey(key) {
  if (!(key instanceof CryptoKey)) throw new TypeError("this takes a CryptoKey");
}

// RFC 7517, as far as the standard asks.
export function checkJWK(jwk, { kty, use, alg }, extractable, usages) {
  if (typeof jwk !== "object" || jwk === null) throw new TypeError("a JWK is an object");
  if (jwk.kty !== kty) refuse("DataError", `The JWK must have the \`kty\` "${kty}".`);
  if (alg !== undefined && jwk.alg !== undefined && jwk.alg !== alg) refuse("DataError", `The JWK is for ${jwk.alg}, not ${alg}.`);
  if (jwk.use !== undefined && usages.length > 0 && jwk.use !== use) refuse("DataError", `The JWK must have the \`use\` "${use}".`);
  if (jwk.key_ops !== undefined && !usages.every((usage) => jwk.key_ops.includes(usage))) {
    refuse("DataError", `The JWK may be used to ${jwk.key_ops}.`);
  }
  if (jwk.ext === false && extractable) refuse("DataError", "The JWK must not be extracted.");
}

export function unknownFormat(format, known) {
  return refuse("NotSupportedError", `The format ${format} is not supported; there are ${known.join(", ")}.`);
}

tag({ CryptoKey });
