/** Runs: the stretches of tokens that belong to one computation. */

import { FUNCTIONS } from "./functions.js";

const BEFORE = new Set([",", "of", "and", "=", "*", "/", "^", "%", "!", ")", "mod"]);
const AFTER = new Set([",", "of", "and", "=", "+", "-", "*", "/", "^", "mod"]);
const JOINING = new Set(["of", "and", "mod"]);

/** Unbroken stretches of numbers and signs in which something is computed. */
export function expressionRuns(tokens) {
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

/** Without the commas, dots and dangling signs of the sentence around it. */
export function trimmed(run) {
  let [start, end] = [0, run.length];
  while (start < end && BEFORE.has(run[start].text)) start++;
  while (end > start && AFTER.has(run[end - 1].text)) end--;
  return run.slice(start, end);
}

/** The tokens of the equation around the sign at `sign`; null if a side is empty. */
export function equationAround(tokens, sign) {
  const belongs = (token) =>
    token && token.text !== "," && (isComputable(token) || isLetter(token)) && token.text !== "and";
  let [start, end] = [sign, sign + 1];
  while (belongs(tokens[start - 1])) start--;
  while (belongs(tokens[end])) end++;
  return start === sign || end === sign + 1 ? null : tokens.slice(start, end);
}

export function isComputable(token) {
  return (
    token.type === "number" ||
    token.type === "symbol" ||
    token.type === "function" ||
    JOINING.has(token.text)
  );
}

export function isLetter(token) {
  return token.type === "word" && token.text.length === 1;
}
