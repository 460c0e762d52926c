/**
 * The numbers that the tutor computes with: p + q√n, exact, with fractions p and q.
 *
 * What has no such form (√2 + √3, the cube root of 2) becomes a fraction that agrees with it to
 * 60 decimal places and is marked `isApproximate`.
 */

import { abs, integerRoot, power } from "./integers.js";
import { exactDecimal, roundedDecimal } from "./decimal.js";
import { factorise } from "./primes.js";
import { MathError } from "./errors.js";
import { ONE, Rational, ZERO } from "./rational.js";

const PRECISION = 10n ** 60n;
const MAX_ROOT = 100n;

/** Radicands above this are not searched for square factors. */
const MAX_RADICAND = 10n ** 18n;

export class Value {
  constructor(rational, surd = ZERO, radicand = 1n, isApproximate = false) {
    this.rational = rational;
    this.surd = surd;
    this.radicand = surd.isZero ? 1n : radicand;
    this.isApproximate = isApproximate;
    Object.freeze(this);
  }

  static integer(n) {
    return new Value(Rational.of(BigInt(n)));
  }

  get isRational() {
    return this.surd.isZero;
  }

  get isInteger() {
    return this.isRational && !this.isApproximate && this.rational.isInteger;
  }

  get isZero() {
    return this.isRational && this.rational.isZero;
  }

  get sign() {
    return this.isRational ? this.rational.sign : this.approximated().rational.sign;
  }

  /** The nearest fraction with 60 decimal places. */
  approximated() {
    if (this.isRational && this.isApproximate) return this;
    const square = Rational.of(this.radicand).times(Rational.of(PRECISION ** 2n));
    const root = Rational.of(integerRoot(square.numerator, 2n), PRECISION);
    return approximate(this.rational.plus(this.surd.times(root)));
  }

  plus(other) {
    const pair = matched(this, other);
    if (!pair) return this.approximated().plus(other.approximated());
    const [a, b, radicand, isApproximate] = pair;
    return tidy(
      new Value(a.rational.plus(b.rational), a.surd.plus(b.surd), radicand, isApproximate),
    );
  }

  minus(other) {
    return this.plus(other.negated());
  }

  negated() {
    return new Value(
      this.rational.negated(),
      this.surd.negated(),
      this.radicand,
      this.isApproximate,
    );
  }

  times(other) {
    const pair = matched(this, other);
    if (!pair) return this.approximated().times(other.approximated());
    const [a, b, radicand, isApproximate] = pair;
    const product = a.surd.times(b.surd).times(Rational.of(radicand));
    const rational = a.rational.times(b.rational).plus(product);
    const surd = a.rational.times(b.surd).plus(a.surd.times(b.rational));
    return tidy(new Value(rational, surd, radicand, isApproximate));
  }

  over(other) {
    if (other.isZero) throw divisionByZero(this);
    return this.times(other.inverse());
  }

  /** 1 / (p + q√n) = (p - q√n) / (p² - nq²) */
  inverse() {
    const square = this.surd.times(this.surd).times(Rational.of(this.radicand));
    const norm = this.rational.times(this.rational).minus(square);
    const surd = this.surd.negated().over(norm);
    return tidy(new Value(this.rational.over(norm), surd, this.radicand, this.isApproximate));
  }

  power(exponent) {
    if (!exponent.isRational || exponent.isApproximate) {
      throw new MathError("I can only raise to a power that is a whole number or a fraction.");
    }
    const { numerator, denominator } = exponent.rational;
    if (this.isZero && numerator < 0n) {
      throw new MathError("Zero to a negative power is a division by zero.");
    }
    const raised = this.integerPower(numerator);
    return denominator === 1n ? raised : raised.root(denominator);
  }

  integerPower(exponent) {
    if (exponent < 0n) return this.integerPower(-exponent).inverse();
    if (this.isRational) {
      return tidy(new Value(this.rational.power(exponent), ZERO, 1n, this.isApproximate));
    }
    let [result, base] = [Value.integer(1), this];
    for (; exponent; exponent >>= 1n) {
      if (exponent & 1n) result = result.times(base);
      if (exponent > 1n) base = base.times(base);
    }
    return result;
  }

  /** The k-th root: exact where it can be. */
  root(k) {
    if (k > MAX_ROOT) throw new MathError(`I take roots up to the ${MAX_ROOT}th.`);
    if (this.sign < 0) return this.rootOfNegative(k);
    if (!this.isRational || this.isApproximate) {
      return approximateRoot(this.approximated().rational, k);
    }
    const [above, below] = [this.rational.numerator, this.rational.denominator];
    const [rootAbove, rootBelow] = [integerRoot(above, k), integerRoot(below, k)];
    if (rootAbove ** k === above && rootBelow ** k === below) {
      return new Value(Rational.of(rootAbove, rootBelow));
    }
    return k === 2n && above * below <= MAX_RADICAND
      ? surdOf(above, below)
      : approximateRoot(this.rational, k);
  }

  rootOfNegative(k) {
    if (k % 2n === 0n) {
      throw new MathError(`${this} is negative, so it has no real root of this kind.`);
    }
    return this.negated().root(k).negated();
  }

  /** As text: "19/12", "2√3", "1/2 + √5/2", or a rounded decimal if it is approximate. */
  toString() {
    if (this.isApproximate) return roundedDecimal(this.rational);
    if (this.isRational) return `${this.rational}`;
    const surd = surdText(this.surd, this.radicand);
    if (this.rational.isZero) return surd;
    return surd.startsWith("-")
      ? `${this.rational} - ${surd.slice(1)}`
      : `${this.rational} + ${surd}`;
  }

  /** As a decimal: `{ text, isExact }`. */
  decimal() {
    const exact = this.isRational && !this.isApproximate ? exactDecimal(this.rational) : null;
    return { text: exact ?? roundedDecimal(this.approximated().rational), isExact: exact !== null };
  }
}

function divisionByZero(dividend) {
  const reason = dividend.isZero
    ? "any number times 0 gives 0"
    : `no number times 0 gives ${dividend}`;
  return new MathError(`Division by zero has no answer: ${reason}.`);
}

/** Two numbers brought under one root sign, or null if there is none that fits both. */
function matched(a, b) {
  const isApproximate = a.isApproximate || b.isApproximate;
  if (isApproximate && !(a.isRational && b.isRational)) return null;
  if (!a.isRational && !b.isRational && a.radicand !== b.radicand) return null;
  return [a, b, a.isRational ? b.radicand : a.radicand, isApproximate];
}

function tidy(value) {
  return value.isApproximate ? approximate(value.rational) : value;
}

function approximate({ numerator, denominator }) {
  return new Value(Rational.of((numerator * PRECISION) / denominator, PRECISION), ZERO, 1n, true);
}

function approximateRoot({ numerator, denominator }, k) {
  const scaled = (numerator * power(PRECISION, k)) / denominator;
  return new Value(Rational.of(integerRoot(scaled, k), PRECISION), ZERO, 1n, true);
}

/** √(above/below) = √(above · below) / below, with the square factors taken out. */
function surdOf(above, below) {
  let [outside, inside, previous] = [1n, 1n, 0n];
  for (const prime of factorise(above * below)) {
    if (prime === previous) {
      [outside, inside, previous] = [outside * prime, inside / prime, 0n];
    } else {
      [inside, previous] = [inside * prime, prime];
    }
  }
  return new Value(ZERO, Rational.of(outside, below), inside);
}

function surdText({ numerator, denominator }, radicand) {
  const factor = abs(numerator) === 1n ? "" : `${abs(numerator)}`;
  const divisor = denominator === 1n ? "" : `/${denominator}`;
  return `${numerator < 0n ? "-" : ""}${factor}√${radicand}${divisor}`;
}

export const HUNDREDTH = new Value(ONE.over(Rational.of(100n)));
