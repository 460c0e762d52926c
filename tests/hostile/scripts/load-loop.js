// Tries: to loop in `load`.
// Report: refused: 0.5 s without a pause
export function load() { for (;;) ; }
export function invoke() { return 'x'; }
