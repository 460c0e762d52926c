// Tries: to answer for the host by replacing JSON.stringify.
// Report: completed: fine
export async function invoke(run) {
  JSON.stringify = () => '{"forged":true}';
  JSON.parse = () => ({ forged: true });
  return 'fine';
}
