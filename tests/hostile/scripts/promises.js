// Tries: to fill the heap with promises.
// Report: failed: was stopped
export async function invoke(run) {
  const all = [];
  for (;;) all.push(new Promise(() => {}));
}
