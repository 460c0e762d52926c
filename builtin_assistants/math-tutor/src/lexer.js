/** Text to tokens: numbers, symbols, names of functions, and words that are none of these. */

import { FUNCTIONS } from "./functions.js";
import { Rational } from "./rational.js";

const NUMBER = /(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[+-]?\d{1,6}(?![a-z\d]))?|\.\d+/y;
const NUMBER_IN_LIST = /\d+(?:\.\d+)?(?:e[+-]?\d{1,6}(?![a-z\d]))?|\.\d+/y;
const MIXED = /(\d+) +(\d+)\/(\d+)(?![\d.,/])/y;
const SYMBOL = /[-+*/^%!()=,]/y;
const WORD = /[\p{L}_]+(?:'[\p{L}]+)?/uy;
const BREAK = /\S/uy;

/**
 * @param {string} text  as `normalise` of english.js leaves it
 * @returns {{type: "number"|"symbol"|"function"|"word"|"break", text: string, value?: Rational}[]}
 */
export function tokenise(text) {
  const tokens = [];
  const brackets = [];
  for (let position = 0; position < text.length;) {
    if (/\s/.test(text[position])) {
      position++;
      continue;
    }
    const token = readToken(text, position, brackets.at(-1) === "list");
    position = token.end;
    if (token.text === "(") brackets.push(tokens.at(-1)?.type === "function" ? "list" : "group");
    if (token.text === ")") brackets.pop();
    tokens.push(token);
  }
  return tokens;
}

/** In the brackets of a function a comma separates; elsewhere 1,000 is a thousand. */
function readToken(text, position, isList) {
  const match = (pattern) => {
    pattern.lastIndex = position;
    return pattern.exec(text);
  };
  const token = (type, found, value) => ({
    type,
    text: found[0],
    start: position,
    end: position + found[0].length,
    value,
  });
  let found;
  if ((found = match(MIXED)) && found[3] !== "0") return token("number", found, mixed(found));
  if ((found = match(isList ? NUMBER_IN_LIST : NUMBER))) {
    return token("number", found, parseNumber(found[0]));
  }
  if ((found = match(SYMBOL))) return token("symbol", found);
  if ((found = match(WORD))) return token(found[0] in FUNCTIONS ? "function" : "word", found);
  return token("break", match(BREAK));
}

function parseNumber(text) {
  return Rational.parse(text.replaceAll(",", ""));
}

function mixed([, whole, numerator, denominator]) {
  return Rational.of(BigInt(whole)).plus(Rational.of(BigInt(numerator), BigInt(denominator)));
}
