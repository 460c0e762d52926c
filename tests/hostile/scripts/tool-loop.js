// Tries: a tool that never answers.
// Report: failed: 0.5 s without a pause
export const tools = [{ name: 'slow', parameters: { type: 'object' }, execute() { for (;;) ; } }];
export async function invoke(run) { return String(await run.tools.call('slow', {})); }
