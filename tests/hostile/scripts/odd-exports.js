// Tries: exports of the wrong kinds.
// Report: refused: `invoke` must be a function
export const tools = { length: -1 };
export const invoke = 'not a function';
export const toolCall = null;
