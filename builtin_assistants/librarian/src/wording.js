/** What the librarian says. */

export const NO_QUESTION = "Ask me something about your files.\n";

export const NO_FILES = `I have no file that I could read. Give me one with your question:

    understudy run librarian "When is the boiler serviced?" --file notes.md

or make a librarian of your own, and put your files into its folder \`files\`:

    understudy new mine --from librarian
`;

const HANDOVER =
  "These passages of the user's files may answer the question. Cite with their markers.";

/** What the model is told: the passages, each with its marker. */
export function instructionsFor({ chunks, context }) {
  if (chunks.length === 0) {
    return "A search of the user's files found nothing about the question. Say so; do not guess.";
  }
  const passages = context ?? chunks.map(passageText).join("\n\n");
  return `${HANDOVER}\n\n${passages}`;
}

function passageText({ marker, heading, text, ...place }) {
  const under = heading ? `, under "${heading}"` : "";
  return `${marker} ${standing(place)}${under}:\n${text}`;
}

/** Where a passage or sentence stands. */
function standing({ file, page, line }) {
  return page ? `${file}, page ${page}` : `${file}, line ${line}`;
}

/** An honest word. `unknown`: words of the question that no passage has. */
export function nothingFound(searched, unknown) {
  const files = searched === 1 ? "your file" : `your ${searched} files`;
  const found = `I found nothing about that in ${files}.${missing(unknown)}`;
  return `${found} Try words that the text itself may use.\n`;
}

/** What is said before quotes that have half of what was asked about. */
export function nearest(unknown) {
  return `I found nothing that answers this for certain.${missing(unknown)} The nearest to it:\n\n`;
}

function missing(unknown) {
  const words = unknown.slice(0, 5).map((word) => `"${word}"`);
  return words.length > 0 ? ` I saw no mention of ${words.join(" or ")}.` : "";
}

export function quotation({ text, marker, ...place }) {
  return `> ${text}\n\n${standing(place)} ${marker}\n\n`;
}

/** A line for each file that could not be read; nothing if there is none. */
export function* unread(skipped) {
  for (const { file, reason } of skipped) yield `\nNot read: ${file}. ${reason}\n`;
}
