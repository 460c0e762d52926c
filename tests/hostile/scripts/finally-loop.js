// Tries: not to be closed: `finally` loops.
// Report: failed: 0.5 s without a pause
export async function* invoke() {
  try { yield 'first'; throw new Error('over'); } finally { for (;;) ; }
}
