// Algorithms whose keys are plain bytes: AES, HMAC, and those that only derive.
import { bytesOf, checkJWK, checkUsages, compute, hashOf, makeKey, refuse, secretOf, unknownFormat } from "./keys.js";

const BLOCKS = { "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024 };
const FORMATS = ["raw", "jwk"];

function fromURL(text) {
  if (typeof text !== "string") refuse("DataError", "The JWK must have a `k`.");
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return refuse("DataError", "The `k` of the JWK is not Base64.");
  }
}

class Secret {
  constructor(name, usages) {
    this.name = name;
    this.usages = usages;
  }

  // What is refused before usages are looked at.
  normalize() {}

  async generate(algorithm, extractable, usages) {
    checkUsages(usages, this.usages, this.name);
    const bits = this.bits(algorithm);
    if (!this.fits(bits)) refuse("OperationError", `A key for ${this.name} cannot have ${bits} bits.`);
    return makeKey("secret", host.entropy(Math.ceil(bits / 8)), this.describe(algorithm, bits), extractable, usages);
  }

  async read(format, data, algorithm, extractable, usages) {
    checkUsages(usages, this.usages, this.name);
    if (!FORMATS.includes(format)) unknownFormat(format, FORMATS);
    const secret = format === "raw" ? bytesOf(data) : fromURL(data?.k);
    const bits = secret.length * 8;
    if (!this.fits(bits)) refuse("DataError", `A key for ${this.name} cannot have ${bits} bits.`);
    const described = this.describe(algorithm, bits);
    if (format === "jwk") checkJWK(data, { kty: "oct", use: this.use, alg: this.jwkName(described) }, extractable, usages);
    return makeKey("secret", secret, described, extractable, usages);
  }

  async write(format, key) {
    if (format === "raw") return secretOf(key).slice().buffer;
    if (format !== "jwk") unknownFormat(format, FORMATS);
    const k = secretOf(key).toBase64({ alphabet: "base64url", omitPadding: true });
    return { kty: "oct", k, alg: this.jwkName(key.algorithm), key_ops: [...key.usages], ext: key.extractable };
  }
}

export class HMAC extends Secret {
  use = "sig";

  constructor() {
    super("HMAC", ["sign", "verify"]);
  }

  normalize(algorithm) { hashOf(algorithm); }
  bits(algorithm) { return algorithm.length ?? BLOCKS[hashOf(algorithm)]; }
  fits(bits) { return bits > 0; }
  describe(algorithm, bits) { return { name: this.name, hash: { name: hashOf(algorithm) }, length: bits }; }
  jwkName({ hash }) { return "HS" + hash.name.slice(4); }

  sign(_algorithm, key, data) {
    return compute("hmac", { hash: key.algorithm.hash.name, key: secretOf(key), data });
  }

  verify(_algorithm, key, signature, data) {
    return compute("hmac.verify", { hash: key.algorithm.hash.name, key: secretOf(key), data, signature });
  }
}

export class AES extends Secret {
  use = "enc";

  constructor(name, parameters) {
    super(name, ["encrypt", "decrypt", "wrapKey", "unwrapKey"]);
    this.parameters = parameters;
  }

  bits(algorithm) { return algorithm.length; }
  fits(bits) { return bits === 128 || bits === 192 || bits === 256; }
  describe(_algorithm, bits) { return { name: this.name, length: bits }; }
  jwkName({ length }) { return `A${length}${this.name.slice(4)}`; }

  encrypt(algorithm, key, data) { return this.transform("encrypt", algorithm, key, data); }
  decrypt(algorithm, key, data) { return this.transform("decrypt", algorithm, key, data); }

  transform(operation, algorithm, key, data) {
    return compute(operation, { cipher: this.name, key: secretOf(key), data, ...this.parameters(algorithm) });
  }
}

export class KeyWrap extends AES {
  usages = ["wrapKey", "unwrapKey"];

  constructor() {
    super("AES-KW", () => ({}));
  }
}

export function gcm({ iv, tagLength = 128, additionalData = new Uint8Array(0) }) {
  if (![32, 64, 96, 104, 112, 120, 128].includes(tagLength)) refuse("OperationError", "`tagLength` is not one of the standard's.");
  return { iv: bytesOf(iv, "`iv`"), tag_bytes: tagLength / 8, additional: bytesOf(additionalData, "`additionalData`") };
}

export function cbc(algorithm) {
  const iv = bytesOf(algorithm.iv, "`iv`");
  return iv.length === 16 ? { iv } : refuse("OperationError", "`iv` must have 16 bytes.");
}

export function ctr({ counter, length }) {
  const iv = bytesOf(counter, "`counter`");
  if (iv.length === 16 && length >= 1 && length <= 128) return { iv, counter_bits: length };
  return refuse("OperationError", "`counter` must have 16 bytes, and `length` be 1 to 128.");
}

class Derivation extends Secret {
  constructor(name) {
    super(name, ["deriveKey", "deriveBits"]);
  }

  generate = undefined;
  bits() { return null; }
  fits() { return true; }
  describe() { return { name: this.name }; }

  async read(format, data, algorithm, extractable, usages) {
    if (format !== "raw") unknownFormat(format, ["raw"]);
    checkUsages(usages, this.usages, this.name);
    if (extractable) refuse("SyntaxError", `A key for ${this.name} cannot be extractable.`);
    return super.read(format, data, algorithm, extractable, usages);
  }

  derive(algorithm, key, length) {
    const fields = { hash: hashOf(algorithm), key: secretOf(key), salt: bytesOf(algorithm.salt, "`salt`"), ...this.more(algorithm) };
    if (!(length > 0) || length % 8 !== 0) refuse("OperationError", "The length must be a multiple of 8 bits.");
    return compute(this.name.toLowerCase(), { ...fields, length: length / 8 });
  }
}

export class HKDF extends Derivation {
  more({ info }) { return { info: bytesOf(info, "`info`") }; }
}

export class PBKDF2 extends Derivation {
  more({ iterations }) { return iterations > 0 ? { iterations } : refuse("OperationError", "`iterations` must be positive."); }
}
