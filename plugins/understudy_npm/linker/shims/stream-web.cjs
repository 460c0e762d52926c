// node:stream/web.
const {
  ByteLengthQueuingStrategy, CompressionStream, CountQueuingStrategy, DecompressionStream, ReadableStream,
  TextDecoderStream, TextEncoderStream, TransformStream, WritableStream,
} = globalThis;
module.exports = {
  ByteLengthQueuingStrategy, CompressionStream, CountQueuingStrategy, DecompressionStream, ReadableStream,
  TextDecoderStream, TextEncoderStream, TransformStream, WritableStream,
};
