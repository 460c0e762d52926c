// Tries: a chain of 100,000 proxies.
// Report: failed: Maximum call stack size exceeded
export async function invoke(run) {
  let chain = {};
  for (let n = 0; n < 1e5; n++) chain = new Proxy(chain, {});
  return String(chain.x);
}
