/** Chooses the sentences that answer a question best. */

import { sentences } from "./sentences.js";
import { stems } from "./words.js";

const MOST = 3;

/** A sentence is quoted if it is at least this good, compared with the best one. */
const GOOD_ENOUGH = 0.6;

/** How much the passage around a sentence counts, compared with the sentence itself. */
const CONTEXT = 0.3;

/**
 * @param {string} question
 * @param chunks  those of the tool `rag`
 * @returns {{text: string, file: string, line: number, marker: string}[]}  best first
 */
export function bestQuotes(question, chunks) {
  const asked = new Set(stems(question));
  const candidates = withoutRepeats(chunks.flatMap(candidatesIn));
  const weights = weigh(asked, candidates);
  const scored = candidates.map((candidate) => ({
    ...candidate,
    score: score(candidate, weights),
  }));
  const ranked = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  return ranked.filter(({ score }) => score >= GOOD_ENOUGH * ranked[0].score).slice(0, MOST);
}

function candidatesIn(chunk) {
  return Array.from(sentences(chunk), ({ text, line }) => ({
    text,
    line,
    file: chunk.file,
    marker: chunk.marker,
    rank: chunk.score,
    stems: new Set(stems(`${text} ${chunk.heading}`)),
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

function score(candidate, weights) {
  const found = weights.filter(([word]) => candidate.stems.has(word));
  const sum = found.reduce((total, [, weight]) => total + weight, 0);
  return sum * (1 + CONTEXT * candidate.rank);
}
