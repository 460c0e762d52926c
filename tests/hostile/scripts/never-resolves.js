// Tries: to wait for what never comes.
// Report: failed: nothing can settle any more
export async function invoke(run) {
  await new Promise(() => {});
}
