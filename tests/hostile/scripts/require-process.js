// Tries: to start a process.
// Report: failed: require is not defined
export async function invoke(run) {
  return String(require('child_process').execSync('id'));
}
