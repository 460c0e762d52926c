// Tries: to import at run time what is outside.
// Report: failed: there is no file `/etc/passwd`
export async function invoke(run) {
  return Object.keys(await import('/etc/passwd')).join();
}
