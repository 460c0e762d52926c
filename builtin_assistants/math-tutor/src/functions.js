/** The functions that an expression may use. */

import { factorial, gcd, lcm, modulo } from "./integers.js";
import { MathError } from "./errors.js";
import { Rational } from "./rational.js";
import { Value } from "./number.js";

/** Name → how many arguments it takes at least, and what it does with them. */
export const FUNCTIONS = Object.freeze({
  __proto__: null,
  sqrt: unary((x) => x.root(2n)),
  cbrt: unary((x) => x.root(3n)),
  abs: unary((x) => (x.sign < 0 ? x.negated() : x)),
  factorial: unary((x) => Value.integer(factorial(whole(x, "A factorial")))),
  gcd: several((a, b) => Value.integer(gcd(whole(a, "gcd"), whole(b, "gcd")))),
  lcm: several((a, b) => Value.integer(lcm(whole(a, "lcm"), whole(b, "lcm")))),
  sum: several((a, b) => a.plus(b)),
  product: several((a, b) => a.times(b)),
  difference: several((a, b) => a.minus(b)),
  quotient: several((a, b) => a.over(b)),
});

function unary(apply) {
  return { isList: false, apply: ([x]) => apply(x) };
}

function several(combine) {
  return { isList: true, apply: (values) => values.reduce(combine) };
}

/** The value as a BigInt; `what` needs a whole number. */
export function whole(value, what) {
  if (!value.isInteger) throw new MathError(`${what} needs whole numbers; ${value} is not one.`);
  return value.rational.numerator;
}

/** The remainder of a division; of fractions, too. */
export function remainder(a, b) {
  if (!a.isRational || !b.isRational) {
    throw new MathError("A remainder needs numbers without roots.");
  }
  if (b.isZero) throw new MathError("Division by zero has no answer, and no remainder.");
  const [x, y] = [a.rational, b.rational];
  const denominator = lcm(x.denominator, y.denominator);
  const scaled = (r) => r.numerator * (denominator / r.denominator);
  return new Value(Rational.of(modulo(scaled(x), scaled(y)), denominator));
}
