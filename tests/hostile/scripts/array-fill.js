// Tries: one array of a gigabyte.
// Report: failed: was stopped
export async function invoke(run) {
  return String(new Array(2 ** 27 - 20).fill(1.1).length);
}
