/** Finds what there is to compute in a question. */

import { parse } from "./parser.js";
import { FUNCTIONS } from "./functions.js";
import { MathError } from "./errors.js";
import { normalise } from "./wording.js";
import { tokenise } from "./lexer.js";

const MAX_LENGTH = 2_000;

/** Words that belong to the asking. Any other word means that there is more to the question. */
const ASKING = new Set(
  `a about all also am an and answer are as at be by calc calculate can check compute could determine
  do does equal equals equation evaluate exact exactly express expression find following for from get
  give given gives have hello hey hi how i if in is it its let make makes many math maths me much my
  need now number numbers of please problem quick result root roots show simplify solution solutions
  solve step steps tell thank thanks that the then this to true tutor us value want we what what's
  whats when where which with work would x y you out up that's correct right real so ok okay`.split(
    /\s+/,
  ),
);

const BEFORE = new Set([",", "of", "and", "=", "*", "/", "^", "%", "!", ")", "mod"]);
const AFTER = new Set([",", "of", "and", "=", "+", "-", "*", "/", "^", "mod"]);
const JOINING = new Set(["of", "and", "mod"]);

const REST = "\\s+(?:the\\s+|number\\s+)*(.+)";
const PRIMES = "\\bprimes?(?:\\s+numbers?)?\\s+";

/** Questions about primes: the kind of task, and how it is asked for. */
const PRIME_QUESTIONS = [
  [
    "factorise",
    new RegExp(
      `\\b(?:factori[sz]e|factor|(?:prime\\s+)?(?:factors|factori[sz]ation)\\s+of)${REST}`,
    ),
  ],
  ["primesBetween", new RegExp(`${PRIMES}(?:between|from)\\s+(.+?)\\s+(?:and|to)\\s+(.+)`)],
  ["primesUpTo", new RegExp(`${PRIMES}(?:up\\s+to|below|under|(?:less|smaller)\\s+than)\\s+(.+)`)],
  ["nextPrime", new RegExp(`\\bnext\\s+${PRIMES}(?:after|above)${REST}`)],
  ["isPrime", new RegExp(`\\bis${REST.replace("(.+)", "(.+?)")}\\s+(?:an?\\s+)?prime\\b`)],
];

/**
 * @param {string} question
 * @returns {{kind: string, isWhole: boolean} | null}  a task for `explain`, or null if there is
 *   nothing to compute. `isWhole`: the question asks for nothing else. Throws MathError where
 *   something to compute is written wrongly.
 */
export function findTask(question) {
  if (question.length > MAX_LENGTH) return null;
  const text = normalise(question);
  return findPrimeQuestion(text) ?? findInTokens(tokenise(text));
}

function findPrimeQuestion(text) {
  for (const [kind, pattern] of PRIME_QUESTIONS) {
    const trees = pattern.exec(text)?.slice(1).map(leadingNumber);
    if (trees?.every(Boolean)) return { kind, trees, isWhole: true, prefersDecimals: false };
  }
  return null;
}

/** The number, or the expression for it, at the start of a text; null if there is none. */
function leadingNumber(text) {
  const tokens = tokenise(text);
  const end = tokens.findIndex((token) => !isComputable(token));
  return attempt(trimmed(end < 0 ? tokens : tokens.slice(0, end)));
}

function attempt(tokens) {
  try {
    return tokens.length ? parse(tokens) : null;
  } catch (error) {
    if (error instanceof MathError) return null;
    throw error;
  }
}

function findInTokens(tokens) {
  const equation = tokens.findIndex((token) => token.text === "=");
  const range = equation < 0 ? null : equationAround(tokens, equation);
  const runs = range ? [range] : expressionRuns(tokens);
  if (!runs.length) return null;
  const isWhole = othersAreAsking(tokens, runs);
  return parseRuns(runs, isWhole, range !== null);
}

/** A mistake counts if the question is nothing but the computation; prose may hold anything. */
function parseRuns(runs, isWhole, isEquation) {
  try {
    return {
      ...(isEquation ? parseEquation(runs[0]) : parseExpressions(runs)),
      isWhole,
      prefersDecimals: hasDecimals(runs),
    };
  } catch (error) {
    if (isWhole || !(error instanceof MathError)) throw error;
    return null;
  }
}

function hasDecimals(runs) {
  return runs
    .flat()
    .some((token) => token.text === "%" || (token.type === "number" && token.text.includes(".")));
}

function othersAreAsking(tokens, runs) {
  const used = new Set(runs.flat());
  return tokens.every(
    (token) => used.has(token) || token.type !== "word" || ASKING.has(token.text),
  );
}

function isComputable(token) {
  return (
    token.type === "number" ||
    token.type === "symbol" ||
    token.type === "function" ||
    JOINING.has(token.text)
  );
}

/** Unbroken stretches of numbers and signs in which something is computed. */
function expressionRuns(tokens) {
  const runs = [[]];
  for (const token of tokens) {
    if (belongsTo(runs.at(-1), token)) runs.at(-1).push(token);
    else runs.push([]);
  }
  return runs.map(trimmed).filter(isWorthComputing);
}

/** "2 + 2 and 3 * 3" are two computations, "gcd of 12 and 18" is one. */
function belongsTo(run, token) {
  const isSeparator = token.text === "and" || token.text === ",";
  if (isSeparator) return run.some(({ text }) => FUNCTIONS[text]?.isList);
  return isComputable(token) && token.text !== "=";
}

function isWorthComputing(run) {
  const isOperator = ({ type, text }, i) =>
    type === "function" || /^[*/^%!]$|^mod$/.test(text) || (i > 0 && /^[-+]$/.test(text));
  return run.some((token) => token.type === "number") && run.some(isOperator);
}

function trimmed(run) {
  let [start, end] = [0, run.length];
  while (start < end && BEFORE.has(run[start].text)) start++;
  while (end > start && AFTER.has(run[end - 1].text)) end--;
  return run.slice(start, end);
}

function parseExpressions(runs) {
  const source = (run) => run.map((token) => token.text).join(" ");
  return { kind: "expressions", trees: runs.map((run) => parse(run)), texts: runs.map(source) };
}

/** The tokens of the equation around the sign at `sign`; null if a side is empty. */
function equationAround(tokens, sign) {
  const belongs = (token) =>
    token && token.text !== "," && (isComputable(token) || isLetter(token)) && token.text !== "and";
  let [start, end] = [sign, sign + 1];
  while (belongs(tokens[start - 1])) start--;
  while (belongs(tokens[end])) end++;
  return start === sign || end === sign + 1 ? null : tokens.slice(start, end);
}

function isLetter(token) {
  return token.type === "word" && token.text.length === 1;
}

function parseEquation(run) {
  const letters = new Set(run.filter(isLetter).map((token) => token.text));
  if (letters.size > 1)
    throw new MathError(`I solve for one unknown; here are ${[...letters].join(" and ")}.`);
  const sides = splitAtEquals(run);
  if (sides.length > 2)
    throw new MathError('I solve one equation at a time; here is more than one "=".');
  const [variable = null] = letters;
  const [left, right] = sides.map((side) => parse(side, variable));
  return { kind: "equation", left, right, variable };
}

function splitAtEquals(run) {
  const sides = [[]];
  for (const token of run) {
    if (token.text === "=") sides.push([]);
    else sides.at(-1).push(token);
  }
  return sides;
}
