// Tries: to replace what the kernel might use of arrays.
// Report: completed: fine
export async function invoke(run) {
  for (const name of ['push', 'shift', 'map', 'forEach', 'join', Symbol.iterator]) Array.prototype[name] = () => { for (;;) ; };
  return 'fine';
}
