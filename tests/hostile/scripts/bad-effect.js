// Tries: to ask the model with what is no request.
// Report: failed: A model call takes a `model`
export async function invoke(run) {
  for await (const part of run.model.chat({ messages: [{ role: 'user' }], model: ['x'] })) part;
  return 'fine';
}
