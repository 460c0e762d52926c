// Tries: never to be loaded, by waiting.
// Report: refused: nothing can settle any more
await new Promise(() => {});
export function invoke() { return 'late'; }
