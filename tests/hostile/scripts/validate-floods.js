// Tries: a hundred thousand problems.
// Report: refused: problem 0
export function validate() { return Array.from({ length: 1e5 }, (_, n) => `problem ${n}`); }
export function invoke() { return 'x'; }
