// Tries: to loop in `validate`.
// Report: refused: 0.5 s without a pause
export function validate() { for (;;) ; }
export function invoke() { return 'x'; }
