/** The thread as LangChain takes it. */
export function conversation(run) {
  return run.messages.map(({ role, text }) => ({ role, content: text }));
}
