// jsdom and whatwg-url ask for TextEncoder and TextDecoder: this is all they use of them.
import { utf8fromStringLoose, utf8toString, utf8toStringLoose } from "@exodus/bytes/utf8.js";

const hasMark = (bytes) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

export const utf8Encode = utf8fromStringLoose;
export const utf8DecodeWithoutBOM = utf8toStringLoose;
export const utf8DecodeWithoutBOMOrFail = utf8toString;
export const utf8Decode = (bytes) => utf8toStringLoose(hasMark(bytes) ? bytes.subarray(3) : bytes);
