// Tries: to go on in microtasks after its answer.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  (async () => { for (;;) await 0; })();
  return 'done';
}
