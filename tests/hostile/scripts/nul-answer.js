// Tries: an answer with control characters.
// Report: completed: a
export async function invoke(run) {
  return 'a\u0000b\u001b[2Jc';
}
