// Tries: to import code from elsewhere.
// Report: refused: is an address
import { x } from 'https://127.0.0.1:1/x.js';
export function invoke() { return x; }
