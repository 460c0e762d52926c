/**
 * The librarian: looks into the user's files first. With a model it hands over the passages and
 * lets the model answer; without one it quotes.
 */

import { bestQuotes } from "./quotes.js";
import {
  instructionsFor,
  nearest,
  NO_FILES,
  NO_QUESTION,
  nothingFound,
  quotation,
  unread,
} from "./wording.js";

/** More passages than a model is shown: sentences are chosen from all of them. */
const LOOKED_THROUGH = 12;

export async function* invoke(run) {
  const question = run.lastMessage?.text.trim().slice(0, 10_000);
  if (!question) return yield NO_QUESTION;
  const hasModel = await run.model.available();
  const asked = hasModel ? { query: question } : { query: question, top_k: LOOKED_THROUGH };
  const found = await run.tools.call("rag", asked);
  if (found.searched === 0) yield NO_FILES;
  else if (hasModel) {
    yield* run.next({ additional_instructions: instructionsFor(found) });
  } else yield* quote(question, found);
  yield* unread(found.skipped);
}

function* quote(question, found) {
  const { quotes, isAnswer, unknown } = bestQuotes(question, found.chunks);
  if (quotes.length === 0) yield nothingFound(found.searched, unknown);
  else if (!isAnswer) yield nearest(unknown);
  for (const each of quotes) yield quotation(each);
}
