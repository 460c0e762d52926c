/** How values are written in steps and answers. */

import { abs } from "./integers.js";

const LONG = 60;
const COUNTED = 20;

/** A function that writes values: as decimals where that is exact and wanted, else as fractions. */
export function notation(prefersDecimals) {
  return (value) => {
    const decimal = prefersDecimals && !value.isApproximate ? value.decimal() : null;
    return shortened(decimal?.isExact ? decimal.text : `${value}`);
  };
}

/** Steps show the ends of a long number; the answer shows all of it. */
function shortened(text) {
  if (text.length <= LONG || !/^-?\d+$/.test(text)) return text;
  return `${text.slice(0, 12)}…${text.slice(-12)}`;
}

/** The sign between something and its value. */
export function equals(value) {
  return value.isApproximate ? "≈" : "=";
}

/** "19/12 = 1 7/12 ≈ 1.58333333333": the exact value, and what helps to picture it. */
export function withDecimal(value, show) {
  if (value.isApproximate) return `≈ ${value}`;
  if (value.isInteger) return integerText(`${value}`);
  const { text, isExact } = value.decimal();
  if (show(value) === text) return text;
  const mixed = value.isRational ? mixedText(value.rational) : "";
  return `${value}${mixed} ${isExact ? "=" : "≈"} ${text}`;
}

function integerText(text) {
  const count = text.replace("-", "").length;
  return count > COUNTED ? `${text} (${count} digits)` : text;
}

function mixedText({ numerator, denominator }) {
  const [size, sign] = [abs(numerator), numerator < 0n ? "-" : ""];
  if (size < denominator || denominator === 1n) return "";
  return ` = ${sign}${size / denominator} ${size % denominator}/${denominator}`;
}
