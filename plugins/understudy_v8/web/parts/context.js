// AsyncLocalStorage, as Node and the proposal for AsyncContext have it: values that follow promises
// and timers. There is none where V8's own asynchronous context cannot be reached.
const { context } = host;

function within(frame, action, self, given) {
  const before = context.get();
  context.set(frame);
  try {
    return Reflect.apply(action, self, given);
  } finally {
    context.set(before);
  }
}

// A frame is never changed, since others may hold it.
const frameWith = (storage, value) => new Map(context.get() ?? []).set(storage, value);

class Storage {
  #enabled = true;

  static bind(action) {
    const frame = context.get();
    return function (...given) { return within(frame, action, this, given); };
  }

  static snapshot() {
    const frame = context.get();
    return (action, ...given) => within(frame, action, undefined, given);
  }

  run(value, action, ...given) {
    this.#enabled = true;
    return within(frameWith(this, value), action, undefined, given);
  }

  exit(action, ...given) {
    return within(frameWith(this, undefined), action, undefined, given);
  }

  enterWith(value) {
    this.#enabled = true;
    context.set(frameWith(this, value));
  }

  getStore() {
    return this.#enabled ? context.get()?.get(this) : undefined;
  }

  disable() {
    this.#enabled = false;
  }
}

export const AsyncLocalStorage = context === null ? undefined : Storage;
