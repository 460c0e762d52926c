// SubtleCrypto: checks names and usages here, and has the host compute.
import { DOMException } from "part:events";
import { tag } from "./tag.js";

const making = Symbol("making");
const HASHES = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];
const BLOCKS = { "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024 };
const USAGES = {
  HMAC: ["sign", "verify"],
  "AES-GCM": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
  "AES-CBC": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
  "AES-CTR": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
  PBKDF2: ["deriveKey", "deriveBits"],
  HKDF: ["deriveKey", "deriveBits"],
};
const isAES = (name) => name.startsWith("AES-");

const refuse = (name, message) => { throw new DOMException(message, name); };

function bytesOf(data, what = "the data") {
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
}

function nameIn(known, algorithm) {
  const given = typeof algorithm === "string" ? algorithm : algorithm?.name;
  if (given === undefined) throw new TypeError("an algorithm needs a name");
  const found = known.find((name) => name.toLowerCase() === String(given).toLowerCase());
  return found ?? refuse("NotSupportedError", `The algorithm ${given} is not supported; there are ${known.join(", ")}.`);
}

async function compute(operation, fields) {
  const payload = { operation };
  for (const [name, value] of Object.entries(fields)) {
    payload[name] = value instanceof Uint8Array ? value.toBase64() : value;
  }
  try {
    const result = await host.compute("crypto", payload);
    return typeof result === "string" ? Uint8Array.fromBase64(result).buffer : result;
  } catch (error) {
    throw new DOMException(error.message, error.name === "Invalid" ? "OperationError" : "NotSupportedError");
  }
}

let secretOf;

export class CryptoKey {
  #secret;
  #fields;

  constructor(key, secret, fields) {
    if (key !== making) throw new TypeError("Illegal constructor");
    this.#secret = secret;
    this.#fields = fields;
  }

  static {
    secretOf = (key) => key.#secret;
  }

  get type() { return "secret"; }
  get extractable() { return this.#fields.extractable; }
  get algorithm() { return this.#fields.algorithm; }
  get usages() { return this.#fields.usages; }
}

function makeKey(secret, algorithm, extractable, usages) {
  const allowed = USAGES[algorithm.name];
  if (usages.some((usage) => !allowed.includes(usage))) {
    refuse("SyntaxError", `A key for ${algorithm.name} can be used to ${allowed.join(", ")}.`);
  }
  if (usages.length === 0) refuse("SyntaxError", "A key needs at least one usage.");
  return new CryptoKey(making, secret, { algorithm, extractable: Boolean(extractable), usages: [...new Set(usages)] });
}

function use(key, algorithm, usage) {
  if (!(key instanceof CryptoKey)) throw new TypeError("this takes a CryptoKey");
  const name = nameIn(Object.keys(USAGES), algorithm);
  if (key.algorithm.name !== name) refuse("InvalidAccessError", `The key is for ${key.algorithm.name}, not for ${name}.`);
  if (!key.usages.includes(usage)) refuse("InvalidAccessError", `The key may not be used to ${usage}.`);
  return name;
}

function cipherFields(name, algorithm) {
  if (name === "AES-CTR") {
    const counter = bytesOf(algorithm.counter, "`counter`");
    if (counter.length !== 16 || !(algorithm.length >= 1 && algorithm.length <= 128)) {
      refuse("OperationError", "`counter` must have 16 bytes, and `length` be 1 to 128.");
    }
    return { iv: counter, counter_bits: algorithm.length };
  }
  const iv = bytesOf(algorithm.iv, "`iv`");
  if (name === "AES-CBC") return iv.length === 16 ? { iv } : refuse("OperationError", "`iv` must have 16 bytes.");
  const tag = algorithm.tagLength ?? 128;
  if (![32, 64, 96, 104, 112, 120, 128].includes(tag)) refuse("OperationError", "`tagLength` is not one of the standard's.");
  const additional = algorithm.additionalData === undefined ? new Uint8Array(0) : bytesOf(algorithm.additionalData);
  return { iv, tag_bytes: tag / 8, additional };
}

function keyAlgorithm(name, algorithm, bits) {
  if (name === "HMAC") return { name, hash: { name: nameIn(HASHES, algorithm.hash) }, length: bits };
  if (!isAES(name)) return { name };
  if (![128, 192, 256].includes(bits)) refuse("DataError", `A key for ${name} has 128, 192 or 256 bits, not ${bits}.`);
  return { name, length: bits };
}

const fromURL = (text) => Uint8Array.fromBase64(text, { alphabet: "base64url" });
const toURL = (bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
const jwkName = ({ name, hash, length }) => (name === "HMAC" ? "HS" + hash.name.slice(4) : `A${length}${name.slice(4)}`);

function readJWK(jwk, extractable) {
  if (jwk?.kty !== "oct" || typeof jwk.k !== "string") refuse("DataError", 'The JWK must have the `kty` "oct" and a `k`.');
  if (extractable && jwk.ext === false) refuse("DataError", "The JWK must not be extracted.");
  try {
    return fromURL(jwk.k);
  } catch {
    return refuse("DataError", "The `k` of the JWK is not Base64.");
  }
}

function wantedBits(algorithm) {
  const name = nameIn(Object.keys(USAGES), algorithm);
  if (name === "HMAC") return algorithm.length ?? BLOCKS[nameIn(HASHES, algorithm.hash)];
  return isAES(name) ? algorithm.length : null;
}

export class SubtleCrypto {
  constructor(key = undefined) {
    if (key !== making) throw new TypeError("Illegal constructor");
  }

  static make() {
    return new SubtleCrypto(making);
  }

  async digest(algorithm, data) {
    return compute("digest", { hash: nameIn(HASHES, algorithm), data: bytesOf(data) });
  }

  async generateKey(algorithm, extractable, usages) {
    const name = nameIn(Object.keys(USAGES).slice(0, 4), algorithm);
    const bits = wantedBits(algorithm);
    if (isAES(name) && ![128, 192, 256].includes(bits)) refuse("OperationError", "`length` must be 128, 192 or 256.");
    if (!(bits > 0)) refuse("OperationError", "`length` must be positive.");
    return makeKey(host.entropy(Math.ceil(bits / 8)), keyAlgorithm(name, algorithm, bits), extractable, [...usages]);
  }

  async importKey(format, data, algorithm, extractable, usages) {
    const name = nameIn(Object.keys(USAGES), algorithm);
    if (format !== "raw" && format !== "jwk") refuse("NotSupportedError", `The format ${format} is not supported; there are raw and jwk.`);
    const secret = format === "raw" ? bytesOf(data) : readJWK(data, extractable);
    if (secret.length === 0 && name === "HMAC") refuse("DataError", "The key is empty.");
    if (extractable && !isAES(name) && name !== "HMAC") refuse("SyntaxError", `A key for ${name} cannot be extractable.`);
    return makeKey(secret, keyAlgorithm(name, algorithm, secret.length * 8), extractable, [...usages]);
  }

  async exportKey(format, key) {
    if (!(key instanceof CryptoKey)) throw new TypeError("this takes a CryptoKey");
    if (!key.extractable) refuse("InvalidAccessError", "The key must not be extracted.");
    if (format === "raw") return secretOf(key).slice().buffer;
    if (format !== "jwk") refuse("NotSupportedError", `The format ${format} is not supported; there are raw and jwk.`);
    return { kty: "oct", k: toURL(secretOf(key)), alg: jwkName(key.algorithm), key_ops: [...key.usages], ext: true };
  }

  async sign(algorithm, key, data) {
    use(key, algorithm, "sign");
    return compute("hmac", { hash: key.algorithm.hash.name, key: secretOf(key), data: bytesOf(data) });
  }

  async verify(algorithm, key, signature, data) {
    use(key, algorithm, "verify");
    const fields = { hash: key.algorithm.hash.name, key: secretOf(key), data: bytesOf(data) };
    return compute("hmac.verify", { ...fields, signature: bytesOf(signature) });
  }

  async encrypt(algorithm, key, data) {
    const cipher = use(key, algorithm, "encrypt");
    return compute("encrypt", { cipher, key: secretOf(key), data: bytesOf(data), ...cipherFields(cipher, algorithm) });
  }

  async decrypt(algorithm, key, data) {
    const cipher = use(key, algorithm, "decrypt");
    return compute("decrypt", { cipher, key: secretOf(key), data: bytesOf(data), ...cipherFields(cipher, algorithm) });
  }

  async deriveBits(algorithm, key, length) {
    use(key, algorithm, "deriveBits");
    return derive(algorithm, key, length);
  }

  async deriveKey(algorithm, key, wanted, extractable, usages) {
    use(key, algorithm, "deriveKey");
    const bits = await derive(algorithm, key, wantedBits(wanted));
    return this.importKey("raw", bits, wanted, extractable, usages);
  }

  async wrapKey(format, key, wrapping, algorithm) {
    const cipher = use(wrapping, algorithm, "wrapKey");
    const given = await this.exportKey(format, key);
    const data = format === "raw" ? new Uint8Array(given) : new web.encoding.TextEncoder().encode(JSON.stringify(given));
    return compute("encrypt", { cipher, key: secretOf(wrapping), data, ...cipherFields(cipher, algorithm) });
  }

  async unwrapKey(format, wrapped, unwrapping, algorithm, wanted, extractable, usages) {
    const cipher = use(unwrapping, algorithm, "unwrapKey");
    const fields = { cipher, key: secretOf(unwrapping), data: bytesOf(wrapped), ...cipherFields(cipher, algorithm) };
    const data = await compute("decrypt", fields);
    const key = format === "raw" ? data : JSON.parse(new web.encoding.TextDecoder().decode(data));
    return this.importKey(format, key, wanted, extractable, usages);
  }
}

async function derive(algorithm, key, length) {
  if (!(length > 0) || length % 8 !== 0) refuse("OperationError", "The length must be a multiple of 8 bits.");
  const hash = nameIn(HASHES, algorithm.hash);
  const fields = { hash, key: secretOf(key), salt: bytesOf(algorithm.salt, "`salt`"), length: length / 8 };
  if (key.algorithm.name === "HKDF") return compute("hkdf", { ...fields, info: bytesOf(algorithm.info, "`info`") });
  if (!(algorithm.iterations > 0)) refuse("OperationError", "`iterations` must be positive.");
  return compute("pbkdf2", { ...fields, iterations: algorithm.iterations });
}

tag({ CryptoKey, SubtleCrypto });
