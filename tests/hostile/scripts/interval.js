// Tries: to stay alive by an interval.
// Report: cancelled
export async function invoke(run) {
  setInterval(() => {}, 1000);
  await new Promise(() => {});
}
