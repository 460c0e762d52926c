// Tries: an answer nested 100,000 deep.
// Report: failed: nested more than about 200 deep
export async function invoke(run) {
  let deep = [];
  for (let n = 0; n < 1e5; n++) deep = [deep];
  return { type: 'text', text: deep };
}
