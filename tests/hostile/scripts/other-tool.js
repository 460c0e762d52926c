// Tries: a tool by a name that is a path.
// Report: failed: There is no tool
export async function invoke(run) {
  return String(await run.tools.call('../../../bin/sh', { query: 'x' }));
}
