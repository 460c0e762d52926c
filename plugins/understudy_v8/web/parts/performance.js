// Performance: time since the assistant's code was loaded, as the host tells it.
import { DOMException, EventTarget } from "part:events";
import { tag } from "./tag.js";

const making = Symbol("making");

class Entry {
  constructor(name, entryType, startTime, duration, detail) {
    Object.assign(this, { name, entryType, startTime, duration, detail: detail ?? null });
  }

  toJSON() {
    return { ...this };
  }
}

export class Performance extends EventTarget {
  #origin = Date.now() - 1; // no time is before the code was there
  #entries = [];

  constructor(key = undefined) {
    if (key !== making) throw new TypeError("Illegal constructor");
    super();
  }

  get timeOrigin() { return this.#origin; }

  now() {
    return Date.now() - this.#origin;
  }

  mark(name, { startTime = this.now(), detail } = {}) {
    if (startTime < 0) throw new TypeError("`startTime` is negative");
    return this.#add(new Entry(String(name), "mark", startTime, 0, detail));
  }

  measure(name, start, end) {
    const { start: from, end: to, duration, detail } = typeof start === "object" && start !== null ? start : { start, end };
    const last = to !== undefined || duration === undefined ? this.#time(to, this.now()) : this.#time(from, 0) + duration;
    const first = from === undefined && duration !== undefined ? last - duration : this.#time(from, 0);
    return this.#add(new Entry(String(name), "measure", first, last - first, detail));
  }

  clearMarks(name) { this.#clear("mark", name); }
  clearMeasures(name) { this.#clear("measure", name); }
  getEntries() { return [...this.#entries].sort((a, b) => a.startTime - b.startTime); }
  getEntriesByType(type) { return this.getEntries().filter((entry) => entry.entryType === type); }

  getEntriesByName(name, type) {
    return this.getEntries().filter((entry) => entry.name === name && (type ?? entry.entryType) === entry.entryType);
  }

  toJSON() {
    return { timeOrigin: this.timeOrigin };
  }

  #add(entry) {
    this.#entries.push(entry);
    if (this.#entries.length > 10000) this.#entries.shift();
    return entry;
  }

  #clear(type, name) {
    this.#entries = this.#entries.filter((entry) => entry.entryType !== type || (name !== undefined && entry.name !== String(name)));
  }

  #time(mark, otherwise) {
    if (mark === undefined) return otherwise;
    if (typeof mark === "number") return mark;
    const found = this.#entries.findLast((entry) => entry.entryType === "mark" && entry.name === String(mark));
    if (found === undefined) throw new DOMException(`There is no mark ${mark}.`, "SyntaxError");
    return found.startTime;
  }
}

tag({ Performance });

export const performance = new Performance(making);
