// Tries: objects that are large outside of the heap.
// Report: failed: was stopped
export async function invoke(run) {
  const all = [];
  for (;;) all.push(new Intl.DateTimeFormat('de', { dateStyle: 'full' }));
}
