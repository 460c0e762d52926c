// Tries: setters on Object.prototype for the kernel's own fields.
// Report: completed: fine
export async function invoke(run) {
  for (const name of ['id', 'kind', 'value', 'error', 'type', 'text', 'message', 'done'])
    Object.defineProperty(Object.prototype, name, { __proto__: null, set() { throw new Error('mine'); }, get() { return 'forged'; }, configurable: true });
  return 'fine';
}
