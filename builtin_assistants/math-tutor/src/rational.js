/** Fractions of whole numbers of any size: exact, always in lowest terms. */

import { abs, digitCount, gcd, MAX_DIGITS, power, tooLong } from "./integers.js";
import { MathError } from "./errors.js";

export class Rational {
  /** Use `Rational.of`, which reduces. The denominator is positive. */
  constructor(numerator, denominator) {
    this.numerator = numerator;
    this.denominator = denominator;
    Object.freeze(this);
  }

  static of(numerator, denominator = 1n) {
    if (denominator === 0n) throw new MathError("Division by zero has no answer.");
    const common = denominator < 0n ? -gcd(numerator, denominator) : gcd(numerator, denominator);
    const longest = Math.max(digitCount(numerator), digitCount(denominator));
    if (longest > MAX_DIGITS + 10) throw tooLong(longest);
    return new Rational(numerator / common, denominator / common);
  }

  /** Read "12", "0.125" or "1.5e-3" exactly. */
  static parse(text) {
    const [, whole, decimals = "", exponent = "0"] = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
    const shift = BigInt(exponent) - BigInt(decimals.length);
    const digits = BigInt(whole + decimals);
    return shift < 0n
      ? Rational.of(digits, power(10n, -shift))
      : Rational.of(digits * power(10n, shift));
  }

  get isInteger() {
    return this.denominator === 1n;
  }

  get isZero() {
    return this.numerator === 0n;
  }

  get sign() {
    return this.numerator < 0n ? -1 : Number(this.numerator > 0n);
  }

  plus(other) {
    const numerator = this.numerator * other.denominator + other.numerator * this.denominator;
    return Rational.of(numerator, this.denominator * other.denominator);
  }

  minus(other) {
    return this.plus(other.negated());
  }

  times(other) {
    return Rational.of(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  over(other) {
    return Rational.of(this.numerator * other.denominator, this.denominator * other.numerator);
  }

  negated() {
    return new Rational(-this.numerator, this.denominator);
  }

  /** `exponent` is a BigInt; a negative one inverts. */
  power(exponent) {
    const size = abs(exponent);
    const [numerator, denominator] = [power(this.numerator, size), power(this.denominator, size)];
    return exponent < 0n
      ? Rational.of(denominator, numerator)
      : Rational.of(numerator, denominator);
  }

  equals(other) {
    return this.numerator === other.numerator && this.denominator === other.denominator;
  }

  toString() {
    return this.isInteger ? `${this.numerator}` : `${this.numerator}/${this.denominator}`;
  }
}

export const ZERO = Rational.of(0n);
export const ONE = Rational.of(1n);
