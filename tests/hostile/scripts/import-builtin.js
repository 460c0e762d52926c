// Tries: to import the file system.
// Report: refused: `node:fs` is part of Node.js
import fs from 'node:fs';
export function invoke() { return fs.readFileSync('/etc/passwd', 'utf8'); }
