// Tries: an error whose stack takes for ever.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  const error = new Error('x');
  Object.defineProperty(error, 'stack', { get() { for (;;) ; } });
  throw error;
}
