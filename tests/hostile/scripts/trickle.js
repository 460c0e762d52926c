// Tries: an answer that never ends, in small parts.
// Report: cancelled
export async function* invoke() { for (;;) yield 'x'; }
