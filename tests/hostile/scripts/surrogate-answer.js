// Tries: an answer with half a character.
// Report: completed: half
export async function invoke(run) {
  return 'half \ud800 a character';
}
