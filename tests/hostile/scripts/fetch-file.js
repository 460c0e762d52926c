// Tries: to read a file by its URL.
// Report: failed: file: URLs cannot be fetched
export async function invoke(run) {
  return await (await fetch('file:///etc/passwd')).text();
}
