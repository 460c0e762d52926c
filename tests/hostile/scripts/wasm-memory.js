// Tries: memory of WebAssembly.
// Report: failed: WebAssembly is not defined
export async function invoke(run) {
  const all = [];
  for (;;) all.push(new WebAssembly.Memory({ initial: 1000 }));
}
