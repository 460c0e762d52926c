/** English words for numbers and signs, rewritten as numbers and signs. */

const ONES = `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
  fifteen sixteen seventeen eighteen nineteen`.split(/\s+/);
const TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES = { hundred: 2, thousand: 3, million: 6, billion: 9, trillion: 12 };
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const NUMBER_WORD = new RegExp(
  `\\b(?:(${TENS.join("|")})(?:[ -](${ONES.slice(1, 10).join("|")}))?|(${ONES.join("|")}))\\b`,
  "g",
);
const SCALE_WORD = new RegExp(`(\\d) +(${Object.keys(SCALES).join("|")})s?\\b`, "g");

/** In this order: the longer wording first. */
const REPLACEMENTS = [
  [/[−–]/g, "-"],
  [/\*\*/g, "^"],
  [/[×·⋅]|\b(?:times|multiplied by)\b/g, "*"],
  [/÷|\bdivided by\b/g, "/"],
  [/(?<=[\d)!]) +over +(?=[\d(])/g, "/"],
  [/(?<=\d) *x *(?=\d)/g, "*"],
  [/\bplus\b/g, "+"],
  [/\b(?:minus|negative)\b/g, "-"],
  [/\bto the power(?: of)?\b|\braised to(?: the power(?: of)?)?\b/g, "^"],
  [/\bto the (\d+)(?:st|nd|rd|th)\b(?: power)?/g, "^$1"],
  [/ *\bsquared\b/g, "^2"],
  [/ *\bcubed\b/g, "^3"],
  [/\b(?:the )?square of (-?\d[\d.]*)/g, "($1)^2"],
  [/\b(?:the )?cube of (-?\d[\d.]*)/g, "($1)^3"],
  [/\bsquare roots?\b|√/g, "sqrt"],
  [/\bcube roots?\b|∛/g, "cbrt"],
  [/\bper ?cent\b/g, "%"],
  [/\b(?:a |one )?half of\b/g, "1/2 of"],
  [/\b(?:a |one )?third of\b/g, "1/3 of"],
  [/\b(?:a |one )?quarter of\b/g, "1/4 of"],
  [/\bdouble\b|\btwice\b/g, "2 *"],
  [/\bmodulo\b|\bmod\b/g, "mod"],
  [/\b(?:greatest|highest) common (?:divisor|factor)\b|\b(?:hcf|gcf)\b/g, "gcd"],
  [/\b(?:least|lowest) common multiple\b/g, "lcm"],
  [/\b(gcd|lcm|sum|product|difference|quotient) between\b/g, "$1 of"],
  [/\b(?:is )?equals?(?: to)?\b(?= *[-\dx(])/g, "="],
];

/** Lower-case text with signs for words: "Twelve plus 3 squared" becomes "12 + 3^2". */
export function normalise(question) {
  const lower = question
    .toLowerCase()
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, superscript)
    .replaceAll("’", "'");
  const text = lower.replace(NUMBER_WORD, numberFor).replace(SCALE_WORD, scaled);
  return REPLACEMENTS.reduce((result, [pattern, sign]) => result.replace(pattern, sign), text);
}

function superscript(digits) {
  return `^${[...digits].map((digit) => SUPERSCRIPTS.indexOf(digit)).join("")}`;
}

function numberFor(_, tens, ones, small) {
  if (small) return `${ONES.indexOf(small)}`;
  return `${(TENS.indexOf(tens) + 2) * 10 + (ones ? ONES.indexOf(ones) : 0)}`;
}

function scaled(_, digit, scale) {
  return `${digit} * 10^${SCALES[scale]}`;
}
