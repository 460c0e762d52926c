// Tries: never to end, in a microtask, where V8's own timeout does not reach.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  await null;
  for (;;) ;
}
