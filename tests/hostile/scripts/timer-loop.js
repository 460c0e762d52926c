// Tries: to loop in a timer.
// Report: failed: 0.5 s without a pause
export async function invoke(run) {
  setTimeout(() => { for (;;) ; });
  await new Promise(() => {});
}
