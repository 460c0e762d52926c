// Tries: to read the environment of the host.
// Report: completed: {
export async function invoke(run) {
  return JSON.stringify(globalThis.process?.env ?? {});
}
