// node:async_hooks. The storage follows V8's own asynchronous context.
const { AsyncLocalStorage } = globalThis;

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
