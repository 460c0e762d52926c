/** Polynomials in one variable: arrays of coefficients, the constant first. */

import { HUNDREDTH, Value } from "./number.js";
import { MathError } from "./errors.js";
import { valueOf } from "./evaluate.js";

const MAX_DEGREE = 16;

/** The polynomial that a tree amounts to. */
export function polynomialOf(tree) {
  if (!hasVariable(tree)) return trimmed([valueOf(tree)]);
  if (tree.type === "variable") return [Value.integer(0), Value.integer(1)];
  if (tree.type === "negate") return negated(polynomialOf(tree.operand));
  if (tree.type === "percent") return multiplied(polynomialOf(tree.operand), [HUNDREDTH]);
  if (tree.type === "binary") return combined(tree);
  throw new MathError(
    "I can only solve equations where the unknown is added, multiplied or squared.",
  );
}

function hasVariable(tree) {
  if (tree.type === "variable") return true;
  return [tree.left, tree.right, tree.operand, ...(tree.args ?? [])].some(
    (node) => node && hasVariable(node),
  );
}

function combined({ operator, left, right }) {
  if (operator === "^") return raised(polynomialOf(left), right);
  const [a, b] = [polynomialOf(left), polynomialOf(right)];
  if (operator === "+") return added(a, b);
  if (operator === "-") return subtracted(a, b);
  if (operator === "*") return multiplied(a, b);
  if (operator === "/" && b.length === 0) throw new MathError("Division by zero has no answer.");
  if (operator === "/" && b.length === 1) return a.map((coefficient) => coefficient.over(b[0]));
  throw new MathError("The unknown is in a divisor; multiply both sides by that divisor first.");
}

function raised(base, exponentTree) {
  if (hasVariable(exponentTree))
    throw new MathError("The unknown is in an exponent; I cannot solve that.");
  const exponent = valueOf(exponentTree);
  const isSmall =
    exponent.isInteger && exponent.sign >= 0 && exponent.minus(Value.integer(MAX_DEGREE)).sign <= 0;
  if (!isSmall)
    throw new MathError(`The unknown has the exponent ${exponent}; I cannot solve that.`);
  let product = [Value.integer(1)];
  for (let i = 0n; i < exponent.rational.numerator; i++) product = multiplied(product, base);
  return product;
}

function added(a, b) {
  const length = Math.max(a.length, b.length);
  const at = (polynomial, i) => polynomial[i] ?? Value.integer(0);
  return trimmed(Array.from({ length }, (_, i) => at(a, i).plus(at(b, i))));
}

export function subtracted(a, b) {
  return added(a, negated(b));
}

function negated(polynomial) {
  return polynomial.map((coefficient) => coefficient.negated());
}

function multiplied(a, b) {
  if (a.length + b.length > MAX_DEGREE + 2) {
    throw new MathError("The degree of this equation is too high for me.");
  }
  const product = Array.from({ length: Math.max(0, a.length + b.length - 1) }, () =>
    Value.integer(0),
  );
  a.forEach((x, i) => b.forEach((y, j) => (product[i + j] = product[i + j].plus(x.times(y)))));
  return trimmed(product);
}

function trimmed(polynomial) {
  const length = polynomial.findLastIndex((coefficient) => !coefficient.isZero) + 1;
  return polynomial.slice(0, length);
}

/** "x^2 - 5x + 6"; the zero polynomial is "0". */
export function polynomialText(polynomial, name, show) {
  const terms = polynomial.map((coefficient, degree) => termText(coefficient, degree, name, show));
  const text = terms.filter(Boolean).reverse().join(" + ").replaceAll("+ -", "- ");
  return text || "0";
}

function termText(coefficient, degree, name, show) {
  if (coefficient.isZero) return "";
  const unknown = ["", name][degree] ?? `${name}^${degree}`;
  const text = show(coefficient);
  if (degree === 0) return text;
  if (text === "1" || text === "-1") return text.replace("1", unknown);
  return / |√|\//.test(text) ? `(${text})${unknown}` : `${text}${unknown}`;
}
