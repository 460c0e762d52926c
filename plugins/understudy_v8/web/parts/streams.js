// Streams, and the two that are streams around the part `encoding`.
import "part:events";
export { TextDecoderStream, TextEncoderStream } from "part:encoding";
export * from "web-streams-polyfill";

// What undici asks of a stream, and Node alone can tell.
export const stateOf = (stream) => ({ disturbed: stream._disturbed, errored: stream._state === "errored" });
