// Tries: an answer that never ends.
// Report: failed: The answer has more than
export async function* invoke() { for (;;) yield 'x'.repeat(1e5); }
