// Tries: to import a file outside of its folder.
// Report: refused: leads out of the assistant's folder
import secret from '../../../../../../etc/passwd';
export function invoke() { return secret; }
