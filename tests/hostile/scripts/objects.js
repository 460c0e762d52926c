// Tries: to fill the heap with objects.
// Report: failed: was stopped
export async function invoke(run) {
  const all = [];
  for (;;) all.push({ a: [all.length] });
}
