/** Fractions written as decimals. */

import { abs } from "./integers.js";

/** Decimals that end within so many places are exact, and written in full. */
const MAX_PLACES = 15;
const SIGNIFICANT = 12;

/** The exact decimal of a fraction, or null if it does not end, or not soon. */
export function exactDecimal({ numerator, denominator }) {
  for (let places = 0, scale = 1n; places <= MAX_PLACES; places++, scale *= 10n) {
    if (scale % denominator === 0n) return withPoint(numerator * (scale / denominator), places);
  }
  return null;
}

/** A decimal of 12 significant digits, rounded half away from zero. */
export function roundedDecimal({ numerator, denominator }) {
  if (numerator === 0n) return "0";
  const exponent = magnitude(abs(numerator), denominator);
  const places = SIGNIFICANT - 1 - exponent;
  const digits = divideRounded(abs(numerator) * scaleOf(places), denominator * scaleOf(-places));
  const sign = numerator < 0n ? "-" : "";
  return sign + (Math.abs(exponent) < 15 ? plain(digits, places) : scientific(digits, exponent));
}

function scaleOf(places) {
  return 10n ** BigInt(Math.max(0, places));
}

/** The exponent of the leading digit: 0 for 1 to 9.99, -1 for 0.1 … */
function magnitude(numerator, denominator) {
  const guess = numerator.toString().length - denominator.toString().length;
  const isBelow = numerator * scaleOf(-guess) < denominator * scaleOf(guess);
  return isBelow ? guess - 1 : guess;
}

function divideRounded(numerator, denominator) {
  return (2n * numerator + denominator) / (2n * denominator);
}

function plain(digits, places) {
  if (places <= 0) return `${digits * scaleOf(-places)}`;
  return withPoint(digits, places).replace(/\.?0+$/, "");
}

function scientific(digits, exponent) {
  const text = `${digits}`;
  const shifted = exponent + text.length - SIGNIFICANT;
  return `${`${text[0]}.${text.slice(1)}`.replace(/\.?0+$/, "")} × 10^${shifted}`;
}

function withPoint(digits, places) {
  if (places === 0) return `${digits}`;
  const text = `${abs(digits)}`.padStart(places + 1, "0");
  return `${digits < 0n ? "-" : ""}${text.slice(0, -places)}.${text.slice(-places)}`;
}
