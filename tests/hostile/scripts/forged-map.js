// Tries: to replace the methods of Map, Set and String.
// Report: completed: fine
export async function invoke(run) {
  for (const kind of [Map, Set, String, WeakMap, Function])
    for (const name of Object.getOwnPropertyNames(kind.prototype))
      if (name !== 'constructor') try { kind.prototype[name] = () => 'forged'; } catch { }
  return 'fine';
}
