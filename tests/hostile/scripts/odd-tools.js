// Tries: tools with names and schemas of the wrong kinds.
// Report: refused: `tools[0]` needs a `name`
export const tools = [{ name: { toString() { return 'x'; } }, parameters: 7, execute: 'x' }, null, 7];
export function invoke() { return 'x'; }
