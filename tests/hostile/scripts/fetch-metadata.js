// Tries: to reach a cloud's metadata without being allowed to.
// Report: failed: may not connect to 169.254.169.254
export async function invoke(run) {
  return String((await fetch('http://169.254.169.254/latest/')).status);
}
