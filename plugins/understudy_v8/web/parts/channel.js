// MessageChannel: two ports in one place. A message is delivered in a task of its own.
import { EventTarget, MessageEvent } from "part:events";
import { cloneWith, makeTransferable } from "part:clone";
import { tag } from "./tag.js";

const making = Symbol("making");
const later = setTimeout;

export class MessagePort extends EventTarget {
  #peer = null;
  #queue = [];
  #started = false;
  #handlers = { message: null, messageerror: null };

  constructor(key = undefined) {
    if (key !== making) throw new TypeError("Illegal constructor");
    super();
  }

  static pair() {
    const ports = [new MessagePort(making), new MessagePort(making)];
    ports[0].#peer = ports[1];
    ports[1].#peer = ports[0];
    return ports;
  }

  // The port moves to a new object, with what waits for it; the old one is of no more use.
  static move(port) {
    const moved = new MessagePort(making);
    moved.#peer = port.#peer;
    moved.#queue = port.#queue;
    if (moved.#peer !== null) moved.#peer.#peer = moved;
    port.#peer = null;
    port.#queue = [];
    return moved;
  }

  postMessage(message, options = undefined) {
    if (arguments.length === 0) throw new TypeError("postMessage takes a message");
    const transfer = Array.isArray(options) ? options : options?.transfer ?? [];
    const { data, moved } = cloneWith(message, transfer);
    const peer = this.#peer;
    if (peer === null) return;
    peer.#queue.push({ data, ports: moved.filter((item) => item instanceof MessagePort) });
    if (peer.#started) later(() => peer.#deliver(), 0);
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    for (const _ of this.#queue) later(() => this.#deliver(), 0);
  }

  close() {
    if (this.#peer !== null) this.#peer.#peer = null;
    this.#peer = null;
  }

  #deliver() {
    const next = this.#queue.shift();
    if (next !== undefined) this.dispatchEvent(new MessageEvent("message", next));
  }

  get onmessage() { return this.#handlers.message; }
  set onmessage(handler) { this.#handle("message", handler); this.start(); }
  get onmessageerror() { return this.#handlers.messageerror; }
  set onmessageerror(handler) { this.#handle("messageerror", handler); }

  #handle(type, handler) {
    const old = this.#handlers[type];
    if (old !== null) this.removeEventListener(type, old);
    this.#handlers[type] = typeof handler === "function" ? handler : null;
    if (this.#handlers[type] !== null) this.addEventListener(type, handler);
  }
}

const { move, pair } = MessagePort;
delete MessagePort.move;
delete MessagePort.pair;
makeTransferable(MessagePort.prototype, move);

export class MessageChannel {
  #ports = pair();
  get port1() { return this.#ports[0]; }
  get port2() { return this.#ports[1]; }
}

tag({ MessagePort, MessageChannel });
