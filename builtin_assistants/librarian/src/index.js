/**
 * The librarian: looks into the user's files first. With a model it hands over the passages and
 * lets the model answer; without one it quotes.
 */

import { bestQuotes } from "./quotes.js";
import {
  CLOSEST,
  instructionsFor,
  NO_FILES,
  NO_QUESTION,
  nothingFound,
  quotation,
  unread,
} from "./wording.js";

export async function* invoke(run) {
  const question = run.lastMessage?.text.trim();
  if (!question) return yield NO_QUESTION;
  const found = await run.tools.call("rag", { query: question.slice(0, 10_000) });
  if (found.searched === 0) yield NO_FILES;
  else if (await run.model.available()) {
    yield* run.next({ additional_instructions: instructionsFor(found) });
  } else yield* quote(question, found);
  yield* unread(found.skipped);
}

function* quote(question, found) {
  const { quotes, isAnswer } = bestQuotes(question, found.chunks);
  if (quotes.length === 0) return yield nothingFound(found.searched);
  if (!isAnswer) yield CLOSEST;
  for (const each of quotes) yield quotation(each);
}
