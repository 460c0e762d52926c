/** Equations in one unknown, of the first and second degree. */

import { polynomialOf, polynomialText, subtracted } from "./polynomial.js";
import { evaluate } from "./evaluate.js";
import { MathError } from "./errors.js";
import { Value } from "./number.js";
import { equals, withDecimal } from "./notation.js";

const integer = Value.integer;

/** Yields the steps, and returns the answer as text. */
export function* solve({ left, right, variable }, show) {
  if (variable === null) return yield* compare(left, right, show);
  const [a, b] = [polynomialOf(left), polynomialOf(right)];
  const text = (polynomial) => polynomialText(polynomial, variable, show);
  yield `${text(a)} = ${text(b)}`;
  const difference = subtracted(a, b);
  if (difference.length > 3) {
    const degree = difference.length - 1;
    throw new MathError(`I solve equations of the first and second degree; this has ${degree}.`);
  }
  if (difference.length < 2) return degenerate(difference, variable);
  const solved = difference.length === 2 ? solveLinear : solveQuadratic;
  return yield* solved(difference, variable, show, text);
}

function* compare(left, right, show) {
  const [a, b] = [yield* evaluate(left, show), yield* evaluate(right, show)];
  const isEqual = a.minus(b).isZero;
  return isEqual ? `true, both sides are ${show(a)}.` : `false, ${show(a)} is not ${show(b)}.`;
}

function degenerate(difference, variable) {
  return difference.length
    ? "there is no solution: the two sides always differ."
    : `every ${variable} is a solution.`;
}

function* solveLinear([constant, slope], variable, show, text) {
  const onRight = constant.negated();
  const isOne = show(slope) === "1";
  const moved = `${text([integer(0), slope])} = ${show(onRight)}`;
  yield `Bring ${variable} to the left and numbers to the right: ${moved}`;
  const solution = onRight.over(slope);
  const divided = `${variable} ${equals(solution)} ${show(solution)}`;
  if (!isOne) yield `Divide both sides by ${show(slope)}: ${divided}`;
  return equalText(variable, solution, show);
}

function* solveQuadratic([c, b, a], variable, show, text) {
  yield `Bring everything to the left: ${text([c, b, a])} = 0`;
  const discriminant = b.times(b).minus(integer(4).times(a).times(c));
  yield `a = ${show(a)}, b = ${show(b)}, c = ${show(c)}: b^2 - 4ac = ${show(discriminant)}`;
  if (discriminant.sign < 0) return "there is no real solution: b^2 - 4ac is negative.";
  const root = discriminant.root(2n);
  const twice = integer(2).times(a);
  const inserted = `(${show(b.negated())} ± ${show(root)}) / ${show(twice)}`;
  yield `${variable} = (-b ± √(b^2 - 4ac)) / (2a) = ${inserted}`;
  const solutions = [b.negated().minus(root), b.negated().plus(root)].map((x) => x.over(twice));
  const distinct = root.isZero ? solutions.slice(0, 1) : solutions.sort((x, y) => x.minus(y).sign);
  return distinct.map((x) => equalText(variable, x, show)).join(" or ");
}

function equalText(variable, value, show) {
  return `${variable} ${value.isApproximate ? "" : "= "}${withDecimal(value, show)}`;
}
