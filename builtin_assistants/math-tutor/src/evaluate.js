/** A tree to its value, one step at a time. */

import { FUNCTIONS, remainder, whole } from "./functions.js";
import { abs, factorial, lcm } from "./integers.js";
import { equals } from "./notation.js";
import { HUNDREDTH, Value } from "./number.js";

const SIGNS = { "*": " × ", "/": " ÷ ", "+": " + ", "-": " - ", "^": "^", mod: " mod " };

const OPERATIONS = {
  "+": (a, b) => a.plus(b),
  "-": (a, b) => a.minus(b),
  "*": (a, b) => a.times(b),
  "/": (a, b) => a.over(b),
  "^": (a, b) => a.power(b),
  mod: remainder,
};

/**
 * Yields each step as a line of text and returns the value.
 *
 * @param tree  of `parse`, without a variable
 * @param {(value: Value) => string} show
 * @returns {Generator<string, Value>}
 */
export function* evaluate(tree, show) {
  if (tree.type === "number") return tree.value;
  if (tree.type === "negate") return (yield* evaluate(tree.operand, show)).negated();
  if (tree.type === "percent") return yield* evaluatePercent(tree, show);
  if (tree.type === "factorial") return yield* evaluateFactorial(tree, show);
  if (tree.type === "call") return yield* evaluateCall(tree, show);
  return yield* evaluateBinary(tree, show);
}

/** The value alone. */
export function valueOf(tree) {
  const steps = evaluate(tree, String);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

function* evaluateBinary({ operator, left, right }, show) {
  const a = yield* evaluate(left, show);
  const isShare = right.type === "percent" && (operator === "+" || operator === "-");
  const b = isShare ? yield* shareOf(a, right, show) : yield* evaluate(right, show);
  const result = OPERATIONS[operator](a, b);
  const written = `${show(a)}${operator === "/" ? "/" : SIGNS[operator]}${show(b)}`;
  if (written !== show(result)) yield stepText(operator, a, b, result, show);
  return result;
}

function stepText(operator, a, b, result, show) {
  const text = SIGNS[operator];
  const parts = [`${bracketed(show(a), operator)}${text}${bracketed(show(b), operator, true)}`];
  if (operator === "+" || operator === "-") parts.push(...commonDenominator(a, b, text, show));
  return [...parts, equals(result), show(result)].join(" ");
}

/** "9/12 + 10/12", if that is a step between the sum and its result. */
function commonDenominator(a, b, sign, show) {
  const [x, y] = [a.rational, b.rational];
  const areFractions =
    a.isRational && b.isRational && show(a).includes("/") && show(b).includes("/");
  if (!areFractions || a.isApproximate || b.isApproximate || x.denominator === y.denominator) {
    return [];
  }
  const denominator = lcm(x.denominator, y.denominator);
  const widened = (r) =>
    bracketed(`${r.numerator * (denominator / r.denominator)}/${denominator}`, "+", true);
  return [`= ${widened(x)}${sign}${widened(y)}`];
}

function bracketed(text, operator, isRight = false) {
  const isSum = text.includes(" ");
  const isFraction = /[/√]/.test(text) && (operator === "^" || operator === "/");
  const isNegative = text.startsWith("-") && (isRight || operator === "^");
  return isSum || isFraction || isNegative ? `(${text})` : text;
}

/** In "200 + 10%" the percentage is of the 200. */
function* shareOf(base, { operand }, show) {
  const percentage = yield* evaluate(operand, show);
  const share = percentage.times(HUNDREDTH).times(base);
  yield `${show(percentage)}% of ${show(base)} = ${show(share)}`;
  return share;
}

function* evaluatePercent({ operand }, show) {
  const percentage = yield* evaluate(operand, show);
  const value = percentage.times(HUNDREDTH);
  yield `${show(percentage)}% = ${show(value)}`;
  return value;
}

function* evaluateFactorial({ operand }, show) {
  const n = whole(yield* evaluate(operand, show), "A factorial");
  const result = Value.integer(factorial(n));
  const factors = n > 1n && n <= 10n ? `${descending(n).join(" × ")} = ` : "";
  yield `${n}! = ${factors}${show(result)}`;
  return result;
}

function descending(n) {
  return Array.from({ length: Number(n) }, (_, i) => n - BigInt(i));
}

function* evaluateCall({ name, args }, show) {
  const values = [];
  for (const arg of args) values.push(yield* evaluate(arg, show));
  const result = FUNCTIONS[name].apply(values);
  if (name === "gcd" && values.length === 2) yield* euclid(...values);
  yield `${name}(${values.map(show).join(", ")}) ${equals(result)} ${show(result)}`;
  return result;
}

function* euclid(first, second) {
  let [a, b] = [abs(first.rational.numerator), abs(second.rational.numerator)];
  if (a < b) [a, b] = [b, a];
  while (b) {
    yield `${a} = ${a / b} × ${b} + ${a % b}`;
    [a, b] = [b, a % b];
  }
}
