// Tries: to call a process that it has not.
// Report: failed: may not run src/process.js
export async function invoke(run) {
  return String(await run.process.call('id'));
}
