// Tries: to reach the network without being allowed to.
// Report: failed: fetch failed
export async function invoke(run) {
  return String((await fetch('http://127.0.0.1:1/')).status);
}
