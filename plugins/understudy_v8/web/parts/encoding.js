// Encodings, the legacy ones too.
export {
  TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream, labelToName, legacyHookDecode,
} from "@exodus/bytes/encoding.js";
