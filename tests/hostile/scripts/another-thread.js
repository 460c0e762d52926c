// Tries: to act on a thread that is not its own.
// Report: completed: fine
export async function invoke(run) {
  run.thread.id = '../../other';
  run.assistant.id = '/etc';
  return 'fine';
}
