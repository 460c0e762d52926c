// Tries: to wait for a time that never comes.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  while (Date.now() < Infinity) ;
}
