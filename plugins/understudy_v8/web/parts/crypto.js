// WebCrypto. Chance is the host's; what takes keys is computed by the host, too.
import { DOMException } from "part:events";
import { CryptoKey, SubtleCrypto } from "./subtle/subtle.js";
import { tag } from "./tag.js";

export { CryptoKey, SubtleCrypto };

const making = Symbol("making");
const MOST = 65536;
const INTEGERS = ["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "BigInt64", "BigUint64"]
  .map((name) => name + "Array");
const hex = (bytes) => bytes.toHex();

export class Crypto {
  #subtle;

  constructor(key = undefined) {
    if (key !== making) throw new TypeError("Illegal constructor");
    this.#subtle = SubtleCrypto.make();
  }

  get subtle() { return this.#subtle; }

  getRandomValues(array) {
    if (!ArrayBuffer.isView(array) || !INTEGERS.includes(array[Symbol.toStringTag])) {
      throw new DOMException("getRandomValues fills arrays of integers.", "TypeMismatchError");
    }
    if (array.byteLength > MOST) {
      throw new DOMException(`getRandomValues gives ${MOST} bytes at a time.`, "QuotaExceededError");
    }
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(host.entropy(array.byteLength));
    return array;
  }

  randomUUID() {
    const bytes = host.entropy(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const text = hex(bytes);
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
  }
}

tag({ Crypto });

export const crypto = new Crypto(making);
