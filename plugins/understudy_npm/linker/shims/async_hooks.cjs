// node:async_hooks. The storage follows V8's own asynchronous context, where the engine shows it.
// Elsewhere it holds until the first `await`, as in a browser: most packages need no more.
class Synchronous {
  #store;

  static bind(callback) {
    return callback;
  }

  static snapshot() {
    return (callback, ...args) => callback(...args);
  }

  disable() {
    this.#store = undefined;
  }

  enterWith(store) {
    this.#store = store;
  }

  exit(callback, ...args) {
    return this.run(undefined, callback, ...args);
  }

  getStore() {
    return this.#store;
  }

  run(store, callback, ...args) {
    const outer = this.#store;
    this.#store = store;
    try {
      return callback(...args);
    } finally {
      this.#store = outer;
    }
  }
}

const { AsyncLocalStorage = Synchronous } = globalThis;

class AsyncResource {
  #run = AsyncLocalStorage.snapshot();

  constructor(type) {
    this.type = type;
  }

  static bind(callback) {
    return AsyncLocalStorage.bind(callback);
  }

  bind(callback) {
    return (...args) => this.runInAsyncScope(callback, undefined, ...args);
  }

  runInAsyncScope(callback, self, ...args) {
    return this.#run(() => callback.apply(self, args));
  }

  emitDestroy() {
    return this;
  }
}

module.exports = { AsyncLocalStorage, AsyncResource, executionAsyncId: () => 0 };
