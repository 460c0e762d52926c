/** Primality and factorisation. */

import { abs, gcd } from "./integers.js";
import { MathError } from "./errors.js";

const WITNESSES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n];

/** Below this, the witnesses above prove primality (Sorenson and Webster, 2015). */
const PROVEN_BELOW = 3_317_044_064_679_887_385_961_981n;

/** Above this, a test takes too long to wait for. */
const TESTED_BELOW = 10n ** 100n;

const TRIAL_LIMIT = 10_000n;
const RHO_STEPS = 200_000;
const RHO_BATCH = 16;
const RHO_ATTEMPTS = 20n;
const MAX_LISTED = 1_000;
const MAX_TESTED = 20_000n;

/** Miller–Rabin: a proof either way for numbers of up to 24 digits. */
export function isPrime(n) {
  if (n < 2n) return false;
  for (const prime of WITNESSES) if (n % prime === 0n) return n === prime;
  if (n >= TESTED_BELOW) throw new MathError("I test numbers of up to 100 digits for primality.");
  let odd = n - 1n;
  let twos = 0;
  for (; odd % 2n === 0n; odd /= 2n) twos++;
  if (!WITNESSES.every((witness) => passes(n, witness, odd, twos))) return false;
  if (n >= PROVEN_BELOW)
    throw new MathError(`${n} is probably prime; I can prove it up to 24 digits.`);
  return true;
}

function passes(n, witness, odd, twos) {
  let x = powerModulo(witness, odd, n);
  if (x === 1n || x === n - 1n) return true;
  for (let i = 1; i < twos; i++) {
    x = (x * x) % n;
    if (x === n - 1n) return true;
  }
  return false;
}

function powerModulo(base, exponent, modulus) {
  let result = 1n;
  for (; exponent; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

/** The smallest prime divisor of a composite n, or null if it is above 10,000. */
export function smallDivisor(n) {
  for (let p = 2n; p <= TRIAL_LIMIT; p++) if (n % p === 0n) return p;
  return null;
}

/** The prime factors of n > 0, smallest first, each as often as it divides n. */
export function* factorise(n) {
  if (n >= TESTED_BELOW) throw new MathError("I factor numbers of up to 100 digits.");
  for (let p = 2n; p <= TRIAL_LIMIT && p * p <= n; p += p === 2n ? 1n : 2n) {
    for (; n % p === 0n; n /= p) yield p;
  }
  if (n > 1n) yield* split(n).sort((a, b) => (a < b ? -1 : 1));
}

function split(n) {
  if (n < TRIAL_LIMIT * TRIAL_LIMIT || isPrime(n)) return [n];
  const factor = findFactor(n);
  return [...split(factor), ...split(n / factor)];
}

function findFactor(n) {
  for (let offset = 1n; offset <= RHO_ATTEMPTS; offset++) {
    const factor = pollardRho(n, offset);
    if (factor === 1n) break;
    if (factor !== n) return factor;
  }
  throw new MathError(`I could not split ${n}: its factors are too large for me.`);
}

/** A factor of n; n itself if the attempt failed, 1 if it took too long. */
function pollardRho(n, offset) {
  const next = (x) => (x * x + offset) % n;
  let [slow, fast, factor] = [2n, 2n, 1n];
  for (let steps = 0; factor === 1n && steps < RHO_STEPS; steps += RHO_BATCH) {
    let product = 1n;
    for (let i = 0; i < RHO_BATCH; i++) {
      slow = next(slow);
      fast = next(next(fast));
      product = (product * abs(slow - fast)) % n;
    }
    factor = gcd(product, n);
  }
  return factor;
}

/** The primes from `from` to `to`, both included. */
export function primesBetween(from, to) {
  if (to - from > MAX_TESTED) {
    throw new MathError(`I list primes in ranges of up to ${MAX_TESTED} numbers.`);
  }
  const found = [];
  for (let n = from; n <= to && found.length <= MAX_LISTED; n++) if (isPrime(n)) found.push(n);
  if (found.length > MAX_LISTED) {
    throw new MathError(`I list up to ${MAX_LISTED} primes at a time.`);
  }
  return found;
}

/** The first prime above n. */
export function nextPrime(n) {
  let candidate = n < 2n ? 2n : n + 1n;
  while (!isPrime(candidate)) candidate++;
  return candidate;
}
