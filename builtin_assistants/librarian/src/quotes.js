/** Chooses the sentences that answer a question best. */

import { sentences } from "./sentences.js";
import { asWritten, isSame, telling, words } from "./words.js";

const MOST = 3;

/** A sentence is quoted if it is at least this good, compared with the best one. */
const GOOD_ENOUGH = 0.7;

/** How much a word counts that does not stand in the sentence, but in the heading or next to it. */
const NEARBY = 0.5;

/** How much the passage around a sentence counts, compared with the sentence itself. */
const CONTEXT = 0.3;

/**
 * @param {string} question
 * @param chunks  those of the tool `rag`
 * @returns {{quotes: object[], isAnswer: boolean, unknown: string[]}}  the best first, each with
 *   `text`, `file`, `line`, `page` and `marker`; whether they answer, or are only near to it; and
 *   the words of the question that stand in no passage
 */
export function bestQuotes(question, chunks) {
  const asked = telling(question);
  const candidates = withoutRepeats(chunks.flatMap((chunk) => candidatesIn(chunk, asked)));
  const weights = asked.map((_, at) => weight(at, candidates));
  const isUnknown = (_, at) => candidates.every(({ presence }) => presence[at] === 0);
  const unknown = asWritten(question, asked.filter(isUnknown));
  const answers = candidates.filter((each) => isAnswer(each.presence));
  const isNamed = unknown.some((word) => isName(word, question));
  const near = isNamed ? [] : candidates.filter((each) => isNear(each.presence));
  const quotes = best(answers.length > 0 ? answers : near, weights);
  return { quotes, isAnswer: answers.length > 0, unknown };
}

function best(candidates, weights) {
  const scored = candidates.map((each) => ({ ...each, score: score(each, weights) }));
  const ranked = scored.sort((a, b) => b.score - a.score);
  return ranked.filter(({ score }) => score >= GOOD_ENOUGH * ranked[0].score).slice(0, MOST);
}

/** Each sentence, with how far it has each word of the question: 1, in its surroundings, or 0. */
function candidatesIn(chunk, asked) {
  const found = Array.from(sentences(chunk));
  const has = (text) => presentIn(words(text), asked);
  const own = found.map(({ text }) => has(text));
  const above = has(`${chunk.heading} ${chunk.file}`);
  return found.map((sentence, at) => ({
    ...sentence,
    file: chunk.file,
    marker: chunk.marker,
    rank: chunk.score,
    presence: asked.map((_, word) => {
      if (own[at][word]) return 1;
      return above[word] || own[at - 1]?.[word] || own[at + 1]?.[word] ? NEARBY : 0;
    }),
  }));
}

function presentIn(found, asked) {
  return asked.map((word) => found.some((other) => isSame(word, other)));
}

/** Chunks overlap, and files are copied: what says the same is quoted once, from the best passage. */
function withoutRepeats(candidates) {
  const places = candidates.map((each) => [each.text, each]);
  return [...new Map(places.reverse()).values()].reverse();
}

/** The rarer a word is among the sentences, the more it tells: from 0.5 to 1.5. */
function weight(word, candidates) {
  const having = candidates.filter(({ presence }) => presence[word] === 1).length;
  const most = Math.log(1 + candidates.length);
  return 0.5 + Math.log(1 + candidates.length / (1 + having)) / (most || 1);
}

/**
 * Whether a sentence has more than half of what a short question asks about; of a long one, a few
 * words and the more the longer it is. One word that happens to be there is no answer.
 */
function isAnswer(presence) {
  const asked = presence.length;
  const found = sum(presence);
  if (!presence.includes(1)) return false;
  return asked <= 4 ? found > asked / 2 : found >= 2.5 + 0.1 * (asked - 5);
}

/** Whether it has half of what a short question asks about: "rent" of "When is the rent paid?" */
function isNear(presence) {
  return presence.length <= 4 && presence.includes(1) && sum(presence) >= presence.length / 2;
}

/** A name or number that stands nowhere tells that a question is about something else. */
function isName(word, question) {
  return /^[\p{Lu}\p{N}]/u.test(word) && !question.startsWith(word);
}

function score({ presence, rank }, weights) {
  const share = sum(presence.map((present, at) => present * weights[at])) / sum(weights);
  return share + CONTEXT * share * rank;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
