// Tries: never to end.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  for (;;) ;
}
