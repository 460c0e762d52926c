/** A task to the lines of its solution; the last one is the answer. */

import { evaluate, valueOf } from "./evaluate.js";
import { factorise, isPrime, nextPrime, primesBetween, smallDivisor } from "./primes.js";
import { MathError } from "./errors.js";
import { notation, withDecimal } from "./notation.js";
import { solve } from "./equation.js";
import { whole } from "./functions.js";

const SOLUTIONS = {
  expressions,
  equation,
  isPrime: primality,
  factorise: factorisation,
  primesBetween: range,
  primesUpTo: upTo,
  nextPrime: following,
};

/** @param task  of `findTask` */
export function* explain(task) {
  yield* SOLUTIONS[task.kind](task, notation(task.prefersDecimals));
}

function* expressions({ trees, texts }, show) {
  for (const [i, tree] of trees.entries()) {
    if (trees.length > 1) yield `${texts[i]}:`;
    const value = yield* evaluate(tree, show);
    yield `Answer: ${withDecimal(value, show)}`;
  }
}

function* equation(task, show) {
  yield `Answer: ${yield* solve(task, show)}`;
}

function* primality({ trees: [tree] }) {
  const n = integerOf(tree);
  if (n < 2n) return yield `Answer: no, ${n} is not a prime: primes begin at 2.`;
  if (isPrime(n)) return yield `Answer: yes, ${n} is a prime number.`;
  const divisor = smallDivisor(n);
  if (divisor) yield `${n} = ${divisor} × ${n / divisor}`;
  else yield "It fails the Miller–Rabin test, which every prime passes.";
  yield `Answer: no, ${n} is not a prime number.`;
}

function* factorisation({ trees: [tree] }) {
  const n = integerOf(tree);
  if (n < 2n) {
    throw new MathError(`Only whole numbers from 2 on have prime factors; ${n} has none.`);
  }
  let rest = n;
  for (const prime of factorise(n)) {
    if (rest === prime) break;
    yield `${rest} = ${prime} × ${rest / prime}`;
    rest /= prime;
  }
  yield rest === n ? `Answer: ${n} is a prime number.` : `Answer: ${n} = ${factorText(n)}`;
}

function factorText(n) {
  const counts = new Map();
  for (const prime of factorise(n)) counts.set(prime, (counts.get(prime) ?? 0) + 1);
  return [...counts]
    .map(([prime, count]) => (count > 1 ? `${prime}^${count}` : `${prime}`))
    .join(" × ");
}

function* range({ trees }) {
  yield* listed(...trees.map(integerOf));
}

function* upTo({ trees: [tree] }) {
  yield* listed(2n, integerOf(tree));
}

function* listed(from, to) {
  const primes = primesBetween(from, to);
  yield `There are ${primes.length} primes from ${from} to ${to}.`;
  yield `Answer: ${primes.join(", ") || "none"}`;
}

function* following({ trees: [tree] }) {
  const n = integerOf(tree);
  yield `Answer: the next prime after ${n} is ${nextPrime(n)}.`;
}

function integerOf(tree) {
  return whole(valueOf(tree), "A question about primes");
}
