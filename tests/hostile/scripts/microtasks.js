// Tries: to keep the microtask queue busy for ever.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  for (;;) await 0;
}
