/** Finds what there is to compute in a question. */

import { equationAround, expressionRuns, isLetter } from "./runs.js";
import { findPrimeQuestion } from "./prime-questions.js";
import { MathError } from "./errors.js";
import { normalise } from "./wording.js";
import { parse } from "./parser.js";
import { tokenise } from "./lexer.js";

const MAX_LENGTH = 2_000;

/** Words that belong to the asking. Any other word means that there is more to the question. */
const ASKING = new Set(
  `a about all also am an and answer are as at be by calc calculate can check compute correct could
  determine do does equal equals equation evaluate exact exactly express expression find following
  for from get give given gives have hello hey hi how i if in is it its let make makes many math
  maths me much my need now number numbers of ok okay out please problem quick real result right
  root roots show simplify so solution solutions solve step steps tell thank thanks that that's the
  then this to true tutor up us value want we what what's whats when where which with work would x y
  you`.split(/\s+/),
);

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

function parseExpressions(runs) {
  const source = (run) => run.map((token) => token.text).join(" ");
  return { kind: "expressions", trees: runs.map((run) => parse(run)), texts: runs.map(source) };
}

function parseEquation(run) {
  const letters = new Set(run.filter(isLetter).map((token) => token.text));
  if (letters.size > 1) {
    throw new MathError(`I solve for one unknown; here are ${[...letters].join(" and ")}.`);
  }
  const sides = splitAtEquals(run);
  if (sides.length > 2) {
    throw new MathError('I solve one equation at a time; here is more than one "=".');
  }
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
