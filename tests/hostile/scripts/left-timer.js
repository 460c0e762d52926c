// Tries: to loop in a timer after its answer.
// Report: completed: done
export async function invoke(run) {
  setTimeout(() => { for (;;) ; }, 5);
  return 'done';
}
