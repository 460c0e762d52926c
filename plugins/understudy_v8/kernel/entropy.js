// Chance that nobody can guess: ChaCha20 (RFC 8439) under a key of the host's, made for each run.
const entropyKey = new NativeUint32Array(8);
const BLOCK = 64;
let blocks = 0;

function setEntropy(words) {
  for (let at = 0; at < 8; at++) entropyKey[at] = words[at];
  blocks = 0;
}

function quarterRound(x, a, b, c, d) {
  x[a] += x[b]; x[d] = rotate(x[d] ^ x[a], 16);
  x[c] += x[d]; x[b] = rotate(x[b] ^ x[c], 12);
  x[a] += x[b]; x[d] = rotate(x[d] ^ x[a], 8);
  x[c] += x[d]; x[b] = rotate(x[b] ^ x[c], 7);
}

function rotate(word, bits) {
  return (word << bits) | (word >>> (32 - bits));
}

function nextBlock() {
  const start = new NativeUint32Array(16);
  start[0] = 0x61707865;
  start[1] = 0x3320646e;
  start[2] = 0x79622d32;
  start[3] = 0x6b206574;
  for (let at = 0; at < 8; at++) start[4 + at] = entropyKey[at];
  start[12] = blocks++;
  const x = new NativeUint32Array(16);
  for (let at = 0; at < 16; at++) x[at] = start[at];
  for (let round = 0; round < 10; round++) {
    quarterRound(x, 0, 4, 8, 12); quarterRound(x, 1, 5, 9, 13);
    quarterRound(x, 2, 6, 10, 14); quarterRound(x, 3, 7, 11, 15);
    quarterRound(x, 0, 5, 10, 15); quarterRound(x, 1, 6, 11, 12);
    quarterRound(x, 2, 7, 8, 13); quarterRound(x, 3, 4, 9, 14);
  }
  for (let at = 0; at < 16; at++) x[at] += start[at];
  return x;
}

function entropy(length) {
  const bytes = new NativeUint8Array(length);
  for (let from = 0; from < length; from += BLOCK) {
    const words = nextBlock();
    const end = from + BLOCK < length ? from + BLOCK : length;
    for (let at = from; at < end; at++) bytes[at] = words[(at - from) >>> 2] >>> (8 * (at & 3));
  }
  return bytes;
}
