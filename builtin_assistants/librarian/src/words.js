/** Text to words, and whether two words are forms of one. Endings are those of all languages at once. */

import { ASKING, COMMON, ENDINGS, INFLECTIONS } from "./languages.js";

const WORD = /[\p{L}\p{N}]+/gu;
const ARTICLE = /^(?:وال|بال|كال|فال|لل|ال)(?=..)/u;

/** Scripts that put no spaces between words; there, a few letters in a row count as a word. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}ー]+/gu;
const DENSE = /[\p{sc=Han}\p{sc=Kana}]/u;
const GRAMMAR = /^[\p{sc=Hira}ー]+$/u;

const asking = new RegExp(ASKING.map(plain).sort((a, b) => b.length - a.length).join("|"), "gu");
const common = Object.values(COMMON).map((list) => new Set(list.map(plain)));
const endings = new Set(["", ...ENDINGS.map(plain)]);
const inflections = new Set(["", ...INFLECTIONS]);

/** The words of a question that tell what it is about; all of them if there are no others. */
export function telling(question) {
  const apart = plain(question).replace(UNSPACED, (run) => run.replace(asking, " "));
  const all = [...new Set(words(apart))];
  const known = commonIn(all);
  const kept = all.filter((word) => !known.has(word) && !GRAMMAR.test(word));
  return kept.length > 0 ? kept : all;
}

/** The common words of a question's language, which has most of its words: Dutch has "door", too. */
function commonIn(asked) {
  const count = (list) => asked.filter((word) => list.has(word)).length;
  return common.reduce((best, list) => (count(list) > count(best) ? list : best));
}

/** The words of a text, in order. */
export function words(text) {
  const simple = plain(text);
  const spaced = simple.replace(UNSPACED, " ").match(WORD) ?? [];
  const unspaced = simple.match(UNSPACED) ?? [];
  return [...spaced.map((word) => word.replace(ARTICLE, "")), ...unspaced.flatMap(pieces)];
}

/** Those of these words that stand alone in a question, as they are written there. */
export function asWritten(question, wanted) {
  const written = new Set(question.match(/[\p{L}\p{M}\p{N}]+/gu));
  return [...written].filter((word) => wanted.includes(words(word).join(" ")));
}

/** Whether two words are forms of one: "services" and "serviced", "Vertrag" and "Vertrages". */
export function isSame(one, other) {
  return areForms(one, other) || areForms(withoutGe(one), withoutGe(other));
}

/** The German participle: "gekündigt" belongs to "Kündigung". */
function withoutGe(word) {
  return word.replace(/^ge(?=.{5})/u, "");
}

function areForms(one, other) {
  if (one === other) return true;
  const shared = sharedLength(one, other);
  if (shared < 2) return isHead(one, other);
  const rests = [one.slice(shared), other.slice(shared)].map((rest) => undoubled(rest, one[shared - 1]));
  return rests.every((rest) => mayEnd(rest, one, shared)) || isHead(one, other);
}

/** Lower case, without accents; the same letter is always the same character. */
function plain(text) {
  const apart = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return apart.normalize("NFC").replaceAll("ß", "ss");
}

function pieces(run) {
  const size = DENSE.test(run) || GRAMMAR.test(run) ? 2 : 3;
  if (run.length <= size) return [run];
  return Array.from({ length: run.length - size + 1 }, (_, at) => run.slice(at, at + size));
}

function sharedLength(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** "planned" is "plan" and "ned". */
function undoubled(rest, letter) {
  return rest.length > 1 && rest[0] === letter ? rest.slice(1) : rest;
}

/** The shorter the stem, the fewer endings are believed: "plant" is no form of "plan". */
function mayEnd(rest, word, stemLength) {
  if (/\p{sc=Hang}/u.test(word)) return rest.length <= 2; // particles
  if (!/\p{sc=Latn}/u.test(word)) return stemLength >= 3 && endings.has(rest);
  if (stemLength >= 5) return endings.has(rest);
  if (stemLength === 4) return inflections.has(rest);
  return stemLength === 3 && ["", "s", "es"].includes(rest);
}

/** Whether a long word begins a compound, or ends it: "Mietvertrag" is a "Vertrag". */
function isHead(one, other) {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return (short.length >= 6 && long.startsWith(short)) || (short.length >= 7 && long.endsWith(short));
}
