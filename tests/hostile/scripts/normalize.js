// Tries: to pass the heap limit in a builtin.
// Report: failed: was stopped | Icu error
export async function invoke(run) {
  const all = [];
  for (;;) all.push('\u1e9b\u0323'.repeat(5e6).normalize('NFKD'));
}
