// SubtleCrypto: finds the algorithm, checks the key, and has the algorithm do it.
import { utf8DecodeWithoutBOM, utf8Encode } from "../../shims/utf8.js";
import { tag } from "../tag.js";
import { CryptoKey, bytesOf, checkKey, compute, HASHES, nameIn, refuse } from "./keys.js";
import { AES, HKDF, HMAC, KeyWrap, PBKDF2, cbc, ctr, gcm } from "./secrets.js";
import { ECDH, ECDSA, Ed25519, OAEP, PKCS1, PSS, X25519 } from "./pairs.js";

export { CryptoKey };

const making = Symbol("making");
const SIGNS = [["sign"], ["verify"]];
const AGREES = [["deriveKey", "deriveBits"], []];
const HIDES = [["decrypt", "unwrapKey"], ["encrypt", "wrapKey"]];

const ALGORITHMS = new Map([
  new HMAC(),
  new AES("AES-GCM", gcm),
  new AES("AES-CBC", cbc),
  new AES("AES-CTR", ctr),
  new KeyWrap(),
  new HKDF("HKDF"),
  new PBKDF2("PBKDF2"),
  new PKCS1("RSASSA-PKCS1-v1_5", ...SIGNS),
  new PSS("RSA-PSS", ...SIGNS),
  new OAEP("RSA-OAEP", ...HIDES),
  new ECDSA("ECDSA", ...SIGNS),
  new ECDH("ECDH", ...AGREES),
  new Ed25519("Ed25519", ...SIGNS),
  new X25519("X25519", ...AGREES),
].map((algorithm) => [algorithm.name, algorithm]));

const named = (given, fits = () => true) => ALGORITHMS.get(nameIn([...ALGORITHMS.values()].filter(fits).map(({ name }) => name), given));
const parametersOf = (given) => (typeof given === "string" ? { name: given } : given);

// The algorithm, if the key is for it and for this.
function using(key, given, usage) {
  const algorithm = named(given, ({ usages }) => usages.includes(usage));
  checkKey(key);
  if (key.algorithm.name !== algorithm.name) refuse("InvalidAccessError", `The key is for ${key.algorithm.name}, not for ${algorithm.name}.`);
  if (!key.usages.includes(usage)) refuse("InvalidAccessError", `The key may not be used to ${usage}.`);
  return algorithm;
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

  async generateKey(given, extractable, usages) {
    const algorithm = named(given, ({ generate }) => generate !== undefined);
    algorithm.normalize(parametersOf(given));
    return algorithm.generate(parametersOf(given), extractable, [...usages]);
  }

  async importKey(format, data, given, extractable, usages) {
    const algorithm = named(given);
    algorithm.normalize(parametersOf(given));
    return algorithm.read(format, data, parametersOf(given), extractable, [...usages]);
  }

  async exportKey(format, key) {
    checkKey(key);
    if (!key.extractable) refuse("InvalidAccessError", "The key must not be extracted.");
    return ALGORITHMS.get(key.algorithm.name).write(format, key);
  }

  async sign(given, key, data) {
    return using(key, given, "sign").sign(parametersOf(given), key, bytesOf(data));
  }

  async verify(given, key, signature, data) {
    return using(key, given, "verify").verify(parametersOf(given), key, bytesOf(signature), bytesOf(data));
  }

  async encrypt(given, key, data) {
    return using(key, given, "encrypt").encrypt(parametersOf(given), key, bytesOf(data));
  }

  async decrypt(given, key, data) {
    return using(key, given, "decrypt").decrypt(parametersOf(given), key, bytesOf(data));
  }

  async deriveBits(given, key, length = null) {
    return using(key, given, "deriveBits").derive(given, key, length);
  }

  async deriveKey(given, key, wanted, extractable, usages) {
    const target = named(wanted, ({ bits }) => bits !== undefined);
    const bits = await using(key, given, "deriveKey").derive(given, key, target.bits(parametersOf(wanted)));
    return target.read("raw", bits, parametersOf(wanted), extractable, [...usages]);
  }

  async wrapKey(format, key, wrapping, given) {
    const algorithm = using(wrapping, given, "wrapKey");
    const written = await this.exportKey(format, key);
    const data = format === "jwk" ? utf8Encode(JSON.stringify(written)) : new Uint8Array(written);
    return algorithm.encrypt(parametersOf(given), wrapping, data);
  }

  async unwrapKey(format, wrapped, unwrapping, given, wanted, extractable, usages) {
    const data = await using(unwrapping, given, "unwrapKey").decrypt(parametersOf(given), unwrapping, bytesOf(wrapped));
    const key = format === "jwk" ? parsed(data) : data;
    return this.importKey(format, key, wanted, extractable, usages);
  }
}

function parsed(data) {
  try {
    return JSON.parse(utf8DecodeWithoutBOM(new Uint8Array(data)));
  } catch {
    return refuse("DataError", "What was unwrapped is not a JWK.");
  }
}

tag({ SubtleCrypto });
