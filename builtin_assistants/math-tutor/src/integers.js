/** Whole numbers of any size, as BigInt. */

import { MathError } from "./errors.js";

/** Results may have this many digits; beyond it an answer helps nobody. */
export const MAX_DIGITS = 10_000;

export function abs(n) {
  return n < 0n ? -n : n;
}

export function gcd(a, b) {
  [a, b] = [abs(a), abs(b)];
  while (b) [a, b] = [b, a % b];
  return a;
}

export function lcm(a, b) {
  return a && b ? abs(a / gcd(a, b)) * abs(b) : 0n;
}

/** The decimal logarithm of the size of a number, to about 12 digits; 0 for 0. */
function log10(n) {
  const hex = abs(n).toString(16);
  const leading = hex.slice(0, 12);
  return n ? Math.log10(parseInt(leading, 16)) + (hex.length - leading.length) * Math.log10(16) : 0;
}

/** How many decimal digits a number has. */
export function digitCount(n) {
  return Math.floor(log10(n)) + 1;
}

/** The remainder with the sign of the divisor, as in school: -7 mod 3 is 2. */
export function modulo(a, b) {
  const rest = a % b;
  return rest && rest < 0n !== b < 0n ? rest + b : rest;
}

/** The largest r with r^k <= n, for n >= 0 and k >= 1: Newton's method from above. */
export function integerRoot(n, k) {
  if (n < 2n) return n;
  const bits = BigInt(n.toString(2).length);
  let guess = 1n << (bits / k + 1n);
  for (;;) {
    const next = ((k - 1n) * guess + n / guess ** (k - 1n)) / k;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** base^exponent for exponents from 0 on; refused before it is computed if it would be too long. */
export function power(base, exponent) {
  if (exponent === 0n) return 1n;
  if (abs(base) < 2n) return exponent % 2n ? base : abs(base);
  const digits = Math.floor(Number(exponent) * log10(base)) + 1;
  if (digits > MAX_DIGITS) throw tooLong(digits);
  return base ** exponent;
}

export function factorial(n) {
  if (n < 0n) throw new MathError("A factorial needs a whole number that is not negative.");
  const digits = Number(n) * Math.log10(Number(n) / Math.E);
  if (digits > MAX_DIGITS) throw tooLong(Math.round(digits));
  let product = 1n;
  for (let factor = 2n; factor <= n; factor++) product *= factor;
  return product;
}

/** The error for a result of too many digits. */
export function tooLong(digits) {
  const count = Number.isFinite(digits) ? `about ${digits.toLocaleString("en")}` : "far too many";
  const limit = MAX_DIGITS.toLocaleString("en");
  return new MathError(`That number has ${count} digits; I stop at ${limit}.`);
}
