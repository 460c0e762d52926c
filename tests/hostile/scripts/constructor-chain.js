// Tries: to reach the host by constructors.
// Report: completed: undefined,undefined,undefined
export async function invoke(run) {
  const root = run.constructor.constructor('return this')();
  return [typeof root.process?.exit, typeof root.require, typeof root.Deno].join();
}
