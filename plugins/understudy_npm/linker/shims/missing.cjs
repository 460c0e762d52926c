// A module that Node.js has and assistants' code has not. Packages often import more than they use:
// so nothing happens before something of it is called.
function refuse(name) {
  throw new Error("`" + name + "` is part of Node.js, which assistants' code does not have");
}

function stub(name) {
  return new Proxy(function () {}, {
    apply: () => refuse(name),
    construct: () => refuse(name),
    get: (target, key) => (key in target || typeof key === "symbol" ? target[key] : stub(name + "." + key)),
  });
}

const HIDDEN = new Set(["__esModule", "then", "toJSON"]);

// As the prototype: an `import * as` copies the names that there are, and inherits this.
function missing(module) {
  const has = (_, key) => typeof key === "string" && !HIDDEN.has(key);
  const get = (_, key) => (has(_, key) ? stub(module + "." + key) : undefined);
  return Object.create(new Proxy({}, { get, has, getPrototypeOf: () => null }));
}

module.exports = { missing };
