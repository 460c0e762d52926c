// What undici takes from the global object, from our own parts instead: a script may have changed it.
export { Buffer } from "part:buffer";
export { TextDecoder, TextEncoder } from "part:encoding";
export { AbortController, AbortSignal, DOMException, Event, EventTarget } from "part:events";
export { Blob, File } from "part:files";
export { ReadableStream, WritableStream } from "part:streams";
export { URL, URLSearchParams } from "part:url";
export const process = { versions: { node: "22.0.0" }, env: {}, emitWarning() {}, nextTick: queueMicrotask };
export class MessagePort {} // a body is never one
