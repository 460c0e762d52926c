// Tries: an answer that holds itself.
// Report: failed: refers to itself
export async function invoke(run) {
  const answer = { type: 'text' };
  answer.text = answer;
  return answer;
}
