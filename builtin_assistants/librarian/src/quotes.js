/** Chooses the sentences that answer a question best. */

import { sentences } from "./sentences.js";
import { stems } from "./words.js";

const MOST = 3;

/** A sentence is quoted if it is at least this good, compared with the best one. */
const GOOD_ENOUGH = 0.6;

/** Below this share of the question, a sentence is only the nearest thing to an answer. */
const ANSWERS = 0.4;

/** How much the passage around a sentence counts, compared with the sentence itself. */
const CONTEXT = 0.3;

/**
 * @param {string} question
 * @param chunks  those of the tool `rag`
 * @returns {{quotes: object[], isAnswer: boolean}}  the best first, each with `text`, `file`,
 *   `line` and `marker`; `isAnswer`: they have much of what the question asks about
 */
export function bestQuotes(question, chunks) {
  const candidates = withoutRepeats(chunks.flatMap(candidatesIn));
  const weights = weigh(new Set(stems(question)), candidates);
  const scored = candidates.map((each) => ({ ...each, ...score(each, weights) }));
  const ranked = scored.sort((a, b) => b.score - a.score);
  const quotes = ranked.filter(({ score }) => score >= GOOD_ENOUGH * ranked[0].score);
  return { quotes: quotes.slice(0, MOST), isAnswer: ranked[0]?.share >= ANSWERS };
}

function candidatesIn(chunk) {
  return Array.from(sentences(chunk), ({ text, line }) => ({
    text,
    line,
    file: chunk.file,
    marker: chunk.marker,
    rank: chunk.score,
    stems: new Set(stems(`${text} ${chunk.heading} ${chunk.file}`)),
  }));
}

/** Chunks overlap, so that a sentence may come twice. */
function withoutRepeats(candidates) {
  const places = candidates.map((each) => [`${each.file}\n${each.line}\n${each.text}`, each]);
  return [...new Map(places.reverse()).values()].reverse();
}

/** The rarer a word is among the sentences, the more it tells. */
function weigh(asked, candidates) {
  const having = (word) => candidates.filter((candidate) => candidate.stems.has(word)).length;
  return [...asked].map((word) => [word, Math.log(1 + candidates.length / (1 + having(word)))]);
}

/** `share`: how much of the question a sentence has. `score` also counts the passage around it. */
function score(candidate, weights) {
  const sum = (pairs) => pairs.reduce((total, [, weight]) => total + weight, 0);
  const share = sum(weights.filter(([word]) => candidate.stems.has(word))) / (sum(weights) || 1);
  return { share, score: share + CONTEXT * share * candidate.rank };
}
