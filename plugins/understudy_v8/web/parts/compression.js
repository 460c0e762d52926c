// Compression, by pako: gzip, deflate and deflate-raw.
import { TransformStream } from "part:streams";
import pako from "pako";
import { tag } from "./tag.js";

const FORMATS = {
  gzip: { pack: { gzip: true }, unpack: { windowBits: 31 } },
  deflate: { pack: {}, unpack: { windowBits: 15 } },
  "deflate-raw": { pack: { raw: true }, unpack: { raw: true } },
};

function optionsOf(format, way) {
  const known = FORMATS[String(format)];
  if (known === undefined) throw new TypeError(`"${format}" is no format; there are gzip, deflate and deflate-raw`);
  return known[way];
}

function bytesOf(chunk) {
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError("a chunk must be an ArrayBuffer or a view of one");
}

function checkError(engine) {
  if (engine.err) throw new TypeError(`the data is damaged: ${engine.msg || engine.strm?.msg || "code " + engine.err}`);
}

// `engine` gives what it has made to `onData`; its `push(bytes, true)` ends it.
function through(engine, finish) {
  let controller;
  engine.onData = (bytes) => controller.enqueue(new Uint8Array(bytes));
  engine.onEnd = (status) => { engine.err = status; };
  return new TransformStream({
    start(given) { controller = given; },
    transform(chunk) {
      const bytes = bytesOf(chunk);
      if (bytes.length > 0) finish.push(engine, bytes);
      checkError(engine);
    },
    flush() {
      finish.end(engine);
      checkError(engine);
    },
  });
}

const PACK = {
  push: (engine, bytes) => engine.push(bytes, false),
  end: (engine) => engine.push(new Uint8Array(0), true),
};

// pako would go on with a second stream behind the end of the first; the standard has it damaged.
const UNPACK = {
  push(engine, bytes) {
    if (engine.ended) throw new TypeError("there is data behind the end of the compressed data");
    engine.push(bytes, false);
    if (engine.ended && engine.strm.avail_in > 0) {
      throw new TypeError("there is data behind the end of the compressed data");
    }
  },
  end(engine) {
    if (!engine.ended) throw new TypeError("the compressed data is cut off");
  },
};

// A class for one direction; the interfaces have no common prototype.
const streamClass = (open) =>
  class {
    #stream;
    constructor(format) { this.#stream = open(format); }
    get readable() { return this.#stream.readable; }
    get writable() { return this.#stream.writable; }
  };

export const CompressionStream = streamClass((format) => through(new pako.Deflate(optionsOf(format, "pack")), PACK));
export const DecompressionStream = streamClass((format) => through(new pako.Inflate(optionsOf(format, "unpack")), UNPACK));

tag({ CompressionStream, DecompressionStream });
