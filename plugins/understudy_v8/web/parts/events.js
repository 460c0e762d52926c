// Events, abort signals, DOMException, Blob and File, as jsdom has them, on an object of their own.
import { utf8fromStringLoose } from "@exodus/bytes/utf8.js";

const NAMES = [
  "EventTarget", "Event", "CustomEvent", "ErrorEvent", "MessageEvent", "PromiseRejectionEvent",
  "ProgressEvent", "AbortSignal", "AbortController", "DOMException", "Blob", "File", "FileReader",
]; // each behind what it extends

const interfaces = {
  EventTarget: require("jsdom/lib/generated/idl/EventTarget.js"),
  Event: require("jsdom/lib/generated/idl/Event.js"),
  CustomEvent: require("jsdom/lib/generated/idl/CustomEvent.js"),
  ErrorEvent: require("jsdom/lib/generated/idl/ErrorEvent.js"),
  MessageEvent: require("jsdom/lib/generated/idl/MessageEvent.js"),
  PromiseRejectionEvent: require("jsdom/lib/generated/idl/PromiseRejectionEvent.js"),
  ProgressEvent: require("jsdom/lib/generated/idl/ProgressEvent.js"),
  AbortSignal: require("jsdom/lib/generated/idl/AbortSignal.js"),
  AbortController: require("jsdom/lib/generated/idl/AbortController.js"),
  DOMException: require("jsdom/lib/generated/idl/DOMException.js"),
  Blob: require("jsdom/lib/generated/idl/Blob.js"),
  File: require("jsdom/lib/generated/idl/File.js"),
  FileReader: require("jsdom/lib/generated/idl/FileReader.js"),
};

const later = setTimeout;
const realm = Object.create(globalThis);
realm._document = { _queueATask: (task) => later(task, 0) };
realm.setTimeout = (task, delay) => later(task, delay);
for (const name of NAMES) interfaces[name].install(realm, ["Window", "Worker"]);

export const {
  EventTarget, Event, CustomEvent, ErrorEvent, MessageEvent, PromiseRejectionEvent, ProgressEvent,
  AbortSignal, AbortController, DOMException, Blob, File, FileReader,
} = realm;

export const isBlob = interfaces.Blob.is;
export const isAbortSignal = interfaces.AbortSignal.is;
