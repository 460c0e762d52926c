// Tries: to freeze what the kernel may want to change.
// Report: completed: fine
export async function invoke(run) {
  for (const name of Object.getOwnPropertyNames(globalThis)) try { Object.freeze(globalThis[name]); } catch { }
  Object.freeze(globalThis);
  Object.freeze(Object.prototype);
  return 'fine';
}
