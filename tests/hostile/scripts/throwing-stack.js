// Tries: a rejection whose stack throws: it aborts V8 where Python reads it.
// Report: failed: `invoke` failed: [object Object]
export async function invoke(run) {
  return Promise.reject({ get stack() { throw 1; } });
}
