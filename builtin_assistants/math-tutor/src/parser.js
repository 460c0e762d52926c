/**
 * Tokens to a tree, by precedence:
 *
 *     sum      = product (("+" | "-") product)*
 *     product  = signed (("*" | "/" | "%" | "of") signed | power)*      2(3 + 4), 2x
 *     signed   = "-" signed | power
 *     power    = postfix ("^" signed)?
 *     postfix  = primary ("!" | "%")*
 *     primary  = number | variable | "(" sum ")" | function …
 *
 * A node is `{ type, … }`: number, variable, negate, percent, factorial, call, or binary with its
 * `operator`.
 */

import { FUNCTIONS } from "./functions.js";
import { MathError } from "./errors.js";
import { Value } from "./number.js";

const MAX_DEPTH = 100;

/** @param variable the one letter that may stand for a number, if any */
export function parse(tokens, variable = null) {
  const parser = new Parser(tokens, variable);
  const tree = parser.sum();
  if (parser.next) {
    throw new MathError(`I did not expect "${parser.next.text}" after "${parser.readSoFar}".`);
  }
  return tree;
}

class Parser {
  #tokens;
  #variable;
  #position = 0;
  #depth = 0;

  constructor(tokens, variable) {
    this.#tokens = tokens;
    this.#variable = variable;
  }

  get next() {
    return this.#tokens[this.#position];
  }

  get readSoFar() {
    return this.#tokens
      .slice(0, this.#position)
      .map((token) => token.text)
      .join(" ");
  }

  sum() {
    this.#enter();
    let left = this.product();
    for (let operator; (operator = this.#take("+", "-"));) {
      left = { type: "binary", operator, left, right: this.product() };
    }
    this.#depth--;
    return left;
  }

  product() {
    let left = this.signed();
    for (;;) {
      const operator = this.#take("*", "/", "%", "of", "mod");
      if (operator) left = binary(operator, left, this.signed());
      else if (this.#startsFactor()) left = binary("*", left, this.power());
      else return left;
    }
  }

  signed() {
    if (this.#take("+")) return this.#nested(() => this.signed());
    if (this.#take("-")) return { type: "negate", operand: this.#nested(() => this.signed()) };
    return this.power();
  }

  power() {
    const base = this.postfix();
    if (!this.#take("^")) return base;
    return binary(
      "^",
      base,
      this.#nested(() => this.signed()),
    );
  }

  postfix() {
    let operand = this.primary();
    for (;;) {
      if (this.#take("!")) operand = { type: "factorial", operand };
      else if (this.#isPercent() && this.#take("%")) operand = { type: "percent", operand };
      else return operand;
    }
  }

  primary() {
    const token = this.#tokens[this.#position++];
    if (token?.type === "number") return { type: "number", value: new Value(token.value) };
    if (token?.type === "function") return this.#call(token.text);
    if (token?.text === "(") return this.#bracketed();
    if (token && token.text === this.#variable) return { type: "variable", name: token.text };
    throw this.#missing(token);
  }

  #missing(token) {
    this.#position--;
    const place = this.readSoFar ? ` after "${this.readSoFar}"` : "";
    return new MathError(
      `There should be a number${place}${token ? `, not "${token.text}"` : ""}.`,
    );
  }

  #bracketed() {
    const tree = this.sum();
    if (!this.#take(")")) throw new MathError("A bracket is opened and never closed.");
    return tree;
  }

  #call(name) {
    this.#take("of");
    const isBracketed = this.next?.text === "(" && this.#take("(");
    if (!FUNCTIONS[name].isList) {
      return call(name, [isBracketed ? this.#bracketed() : this.signed()]);
    }
    const args = this.#list(() => (isBracketed ? this.sum() : this.signed()));
    if (isBracketed && !this.#take(")")) {
      throw new MathError(`The bracket after "${name}" is never closed.`);
    }
    if (args.length < 2) throw new MathError(`"${name}" needs at least two numbers.`);
    return call(name, args);
  }

  #list(item) {
    const items = [item()];
    while (this.#take(",", "and")) {
      this.#take("and");
      items.push(item());
    }
    return items;
  }

  /** "50%" is a percentage, "17 % 5" a remainder: it depends on what follows. */
  #isPercent() {
    const after = this.#tokens[this.#position + 1];
    return !after || !(after.type === "number" || after.type === "function" || after.text === "(");
  }

  #startsFactor() {
    const token = this.next;
    return (
      token && (token.type === "function" || token.text === "(" || token.text === this.#variable)
    );
  }

  #take(...texts) {
    return texts.includes(this.next?.text) ? this.#tokens[this.#position++].text : null;
  }

  #nested(read) {
    this.#enter();
    const tree = read();
    this.#depth--;
    return tree;
  }

  #enter() {
    if (++this.#depth > MAX_DEPTH) throw new MathError("This is nested too deeply for me.");
  }
}

function binary(operator, left, right) {
  return { type: "binary", operator: { of: "*", "%": "mod" }[operator] ?? operator, left, right };
}

function call(name, args) {
  return { type: "call", name, args };
}
