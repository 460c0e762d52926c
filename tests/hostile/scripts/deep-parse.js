// Tries: to parse JSON nested 1,000,000 deep.
// Report: failed: Unexpected end of JSON input
export async function invoke(run) {
  JSON.parse('['.repeat(1e6));
}
