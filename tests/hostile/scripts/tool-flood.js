// Tries: a hundred thousand tool calls at once.
// Report: failed: was stopped
export async function invoke(run) {
  const calls = [];
  for (let n = 0; n < 1e5; n++) calls.push(run.tools.call('none', { n }));
  await Promise.all(calls);
}
