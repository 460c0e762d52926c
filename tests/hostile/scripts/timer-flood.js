// Tries: a timer in every step of a loop.
// Report: failed: more than 1000 timers
export async function invoke(run) {
  for (;;) setTimeout(() => {}, 1);
}
