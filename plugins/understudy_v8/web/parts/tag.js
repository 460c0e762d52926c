// What `Object.prototype.toString` says of an interface. The names come as keys, since those of the
// classes themselves are shortened.
export function tag(interfaces) {
  for (const [name, { prototype }] of Object.entries(interfaces)) {
    Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  }
}
