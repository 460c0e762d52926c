// Tries: ten million rejections that nobody handles.
// Report: failed: was stopped
export async function invoke(run) {
  for (let n = 0; n < 1e7; n++) Promise.reject(new Error('x'));
  return 'fine';
}
