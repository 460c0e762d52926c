// Tries: tool calls with 200 MB of arguments.
// Report: failed: was stopped
export async function invoke(run) {
  const text = 'x'.repeat(2e6);
  await Promise.all(Array.from({ length: 100 }, () => run.tools.call('none', { text })));
}
