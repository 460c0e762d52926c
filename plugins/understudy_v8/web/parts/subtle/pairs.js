// Algorithms with a private and a public key. JavaScript holds both as DER (PKCS #8, SPKI).
import { bytesOf, checkJWK, checkKey, checkUsages, compute, hashOf, makeKey, refuse, secretOf, unknownFormat } from "./keys.js";

const CURVES = ["P-256", "P-384", "P-521"];
const EXPONENTS = [3, 65537]; // others OpenSSL does not make keys for
const MOST_BITS = 4096;
const ENTROPY = 96; // for a key of P-521, with the 64 bits more that even its distribution out

const numberOf = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

class Pair {
  constructor(name, privateUsages, publicUsages) {
    this.name = name;
    this.own = { private: privateUsages, public: publicUsages };
    this.usages = [...publicUsages, ...privateUsages];
  }

  use = "sig";

  // What is refused before usages are looked at.
  normalize() {}

  async generate(algorithm, extractable, usages) {
    checkUsages(usages, this.usages, this.name);
    const wanted = this.wanted(algorithm);
    const [mine, others] = [this.own.private, this.own.public].map((own) => usages.filter((usage) => own.includes(usage)));
    if (mine.length === 0) refuse("SyntaxError", "The private key needs at least one usage.");
    const made = await compute("pair.generate", { algorithm: this.name, ...wanted, entropy: host.entropy(ENTROPY) });
    const make = (type, allowed, ours) => makeKey(type, Uint8Array.fromBase64(made[type]), this.describe(algorithm, made), allowed, ours);
    return { privateKey: make("private", extractable, mine), publicKey: make("public", true, others) };
  }

  async read(format, data, algorithm, extractable, usages) {
    if (!this.formats.includes(format)) unknownFormat(format, this.formats);
    const type = format === "pkcs8" || (format === "jwk" && data?.d !== undefined) ? "private" : "public";
    checkUsages(usages, this.own[type], `${this.name} (${type})`);
    const curve = this.curve(algorithm);
    if (format === "jwk") checkJWK(data, { kty: this.kty, use: this.use, alg: this.jwkName(algorithm) }, extractable, usages);
    const given = format === "jwk" ? { jwk: data } : { data: bytesOf(data) };
    const read = await compute("key.read", { algorithm: this.name, format, curve, ...given }, "DataError");
    return makeKey(type, Uint8Array.fromBase64(read.der), this.describe(algorithm, read), extractable, usages);
  }

  async write(format, key) {
    if (!this.formats.includes(format)) unknownFormat(format, this.formats);
    const wants = { spki: "public", raw: "public", pkcs8: "private" }[format] ?? key.type;
    if (key.type !== wants) refuse("InvalidAccessError", `${format} is for ${wants} keys; this one is ${key.type}.`);
    if (format === "spki" || format === "pkcs8") return secretOf(key).slice().buffer;
    const written = await compute("key.write", { format, type: key.type, key: secretOf(key) });
    if (format === "raw") return written;
    const alg = this.jwkName(key.algorithm);
    return { ...written, ...(alg && { alg }), key_ops: [...key.usages], ext: key.extractable };
  }
}

class RSA extends Pair {
  formats = ["spki", "pkcs8", "jwk"];
  kty = "RSA";

  curve() { return null; }
  normalize(algorithm) { hashOf(algorithm); }

  wanted(algorithm) {
    const { modulusLength: bits } = algorithm;
    const exponent = numberOf(bytesOf(algorithm.publicExponent, "`publicExponent`"));
    if (!EXPONENTS.includes(exponent)) refuse("OperationError", "`publicExponent` must be 65537 or 3.");
    if (!(bits >= 1024 && bits <= MOST_BITS)) refuse("OperationError", `\`modulusLength\` must be 1024 to ${MOST_BITS}.`);
    return { bits, exponent };
  }

  describe(algorithm, { bits, exponent }) {
    return { name: this.name, modulusLength: bits, publicExponent: Uint8Array.fromBase64(exponent), hash: { name: hashOf(algorithm) } };
  }

  // "RS256", or for SHA-1 as the standard names it.
  jwkName({ hash }) {
    return this.prefix + hashOf({ hash }).slice(4);
  }
}

// What signs. `parameters` are the fields that the host takes besides.
const signing = (Kind) => class extends Kind {
  sign(algorithm, key, data) {
    return compute("sign", { ...this.fields(algorithm, key), data });
  }

  verify(algorithm, key, signature, data) {
    return compute("verify", { ...this.fields(algorithm, key), data, signature });
  }

  fields(algorithm, key) {
    return { scheme: this.name, key: secretOf(key), ...this.parameters(algorithm, key) };
  }
};

// What agrees on a secret with someone else's public key.
const agreeing = (Kind) => class extends Kind {
  async derive({ public: other }, key, length) {
    checkKey(other);
    const same = other.algorithm.name === this.name && other.algorithm.namedCurve === key.algorithm.namedCurve;
    if (key.type !== "private" || other.type !== "public" || !same) {
      refuse("InvalidAccessError", `This takes a private and a public key for ${this.name}, of the same curve.`);
    }
    const shared = new Uint8Array(await compute("agree", { key: secretOf(key), public: secretOf(other) }));
    if (length === null || length === undefined) return shared.buffer;
    if (length > shared.length * 8) refuse("OperationError", `There are ${shared.length * 8} bits, not ${length}.`);
    const bits = shared.slice(0, Math.ceil(length / 8));
    if (length % 8 !== 0) bits[bits.length - 1] &= 0xff << (8 - (length % 8));
    return bits.buffer;
  }
};

export class PKCS1 extends signing(RSA) {
  prefix = "RS";
  parameters(_algorithm, key) { return { hash: key.algorithm.hash.name }; }
}

export class PSS extends signing(RSA) {
  prefix = "PS";
  parameters({ saltLength: salt }, key) {
    if (!Number.isInteger(salt)) throw new TypeError("RSA-PSS needs a `saltLength`");
    return { hash: key.algorithm.hash.name, salt };
  }
}

export class OAEP extends RSA {
  use = "enc";

  jwkName({ hash }) {
    const size = hashOf({ hash }).slice(4);
    return size === "1" ? "RSA-OAEP" : "RSA-OAEP-" + size;
  }

  encrypt(algorithm, key, data) { return this.transform("oaep.encrypt", algorithm, key, data); }
  decrypt(algorithm, key, data) { return this.transform("oaep.decrypt", algorithm, key, data); }

  transform(operation, { label = new Uint8Array(0) }, key, data) {
    return compute(operation, { key: secretOf(key), hash: key.algorithm.hash.name, label: bytesOf(label, "`label`"), data });
  }
}

class Curve extends Pair {
  formats = ["raw", "spki", "pkcs8", "jwk"];
  kty = "EC";

  curve({ namedCurve }) {
    if (namedCurve === undefined) throw new TypeError(`${this.name} needs a \`namedCurve\``);
    return CURVES.includes(namedCurve) ? namedCurve : refuse("NotSupportedError", `The curve ${namedCurve} is not supported.`);
  }

  wanted(algorithm) { return { curve: this.curve(algorithm) }; }
  describe({ namedCurve }) { return { name: this.name, namedCurve }; }
  jwkName() { return undefined; }
}

export class ECDSA extends signing(Curve) {
  parameters(algorithm) { return { hash: hashOf(algorithm) }; }
}

export class ECDH extends agreeing(Curve) {
  use = "enc";
}

// RFC 8037: Ed25519 and X25519 are curves by themselves.
class Octets extends Curve {
  kty = "OKP";
  curve() { return this.name; }
  describe() { return { name: this.name }; }
}

export class Ed25519 extends signing(Octets) {
  parameters() { return {}; }
}

export class X25519 extends agreeing(Octets) {
  use = "enc";
}
