// Tries: to replace what `for` and `await` use.
// Report: completed: fine
export async function invoke(run) {
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())).next = () => ({ done: true });
  Object.getPrototypeOf(async function* () {}).prototype.next = () => { for (;;) ; };
  return 'fine';
}
