// Tries: ten thousand model calls at once.
// Report: cancelled
export async function invoke(run) {
  const all = [];
  for (let n = 0; n < 1e4; n++) all.push(run.model.chat({ messages: [{ role: 'user', content: 'x' }] }));
  for (const one of all) for await (const part of one) part;
  return 'fine';
}
