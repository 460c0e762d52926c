/**
 * What was found lately, by thread. It runs in a process of its own, which all runs share: a
 * module of index.js would forget it with the run. When the process ends it is searched for again.
 */

const THREADS = 100;
const PASSAGES = 12;
const found = new Map();

/** Keep passages; of a thread the newest, and the threads that were used last. */
export function remember(thread, passages) {
  const fresh = new Set(passages);
  const before = recall(thread).filter((passage) => !fresh.has(passage));
  found.delete(thread);
  found.set(thread, [...before, ...fresh].slice(-PASSAGES));
  if (found.size > THREADS) found.delete(found.keys().next().value);
}

export function recall(thread) {
  return found.get(thread) ?? [];
}
