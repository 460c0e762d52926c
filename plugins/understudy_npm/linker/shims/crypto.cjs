// node:crypto: what the Web Crypto API gives, and the common hashes.
const { hmac } = require("@noble/hashes/hmac.js");
const { md5, sha1 } = require("@noble/hashes/legacy.js");
const { sha256, sha384, sha512 } = require("@noble/hashes/sha2.js");
const { missing } = require("./missing.cjs");

const HASHES = { md5, sha1, sha256, sha384, sha512 };
const web = globalThis.crypto;

function find(name) {
  const hash = HASHES[String(name).toLowerCase().replace("-", "")];
  if (hash === undefined) throw new Error("`crypto` has no hash named `" + name + "` here");
  return hash;
}

class Hash {
  #state;

  constructor(state) {
    this.#state = state;
  }

  update(data, encoding) {
    this.#state.update(typeof data === "string" ? Buffer.from(data, encoding) : new Uint8Array(data));
    return this;
  }

  digest(encoding) {
    const bytes = Buffer.from(this.#state.digest());
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }
}

function asBytes(key) {
  return typeof key === "string" ? Buffer.from(key) : new Uint8Array(key);
}

function timingSafeEqual(first, second) {
  if (first.length !== second.length) throw new RangeError("the inputs must have the same length");
  let difference = 0;
  for (let at = 0; at < first.length; at++) difference |= first[at] ^ second[at];
  return difference === 0;
}

function randomInt(low, high) {
  const [from, to] = high === undefined ? [0, low] : [low, high];
  const word = new Uint32Array(2);
  web.getRandomValues(word);
  return from + Math.floor(((word[0] * 2 ** 21 + (word[1] >>> 11)) / 2 ** 53) * (to - from));
}

module.exports = Object.assign(missing("crypto"), {
  createHash: (name) => new Hash(find(name).create()),
  createHmac: (name, key) => new Hash(hmac.create(find(name), asBytes(key))),
  getHashes: () => Object.keys(HASHES),
  getRandomValues: (array) => web.getRandomValues(array),
  randomBytes: (size) => web.getRandomValues(Buffer.alloc(size)),
  randomInt,
  randomUUID: () => web.randomUUID(),
  subtle: web?.subtle,
  timingSafeEqual,
  webcrypto: web,
});
