/** Recognises questions about primes. */

import { isComputable, trimmed } from "./runs.js";
import { MathError } from "./errors.js";
import { parse } from "./parser.js";
import { tokenise } from "./lexer.js";

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

/** The task, or null if it is another question. */
export function findPrimeQuestion(text) {
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
