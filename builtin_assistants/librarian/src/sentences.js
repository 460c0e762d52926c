/** Passages to sentences, each with its place. */

const SENTENCE = /.+?(?:[.!?…]+["')\]”’]*(?=\s|$)|[。！？]|$)/gsu;
const HARD_BREAK = /\n[ \t]*(?:\n|(?=[-*+>|#]|\d+[.)] ))/;

/**
 * @param passage  a chunk of the tool `rag`: `{ text, line, end_line, file, marker, score }`
 * @returns {Generator<{text: string, line: number}>}  without what is no sentence: headings, rules
 */
export function* sentences(passage) {
  let offset = 0;
  for (const block of passage.text.split(HARD_BREAK)) {
    offset = passage.text.indexOf(block, offset);
    yield* sentencesOf(block, passage, offset);
    offset += block.length;
  }
}

function* sentencesOf(block, passage, offset) {
  for (const { 0: found, index } of block.matchAll(SENTENCE)) {
    const blank = found.length - found.trimStart().length;
    const text = found.replace(/\s+/g, " ").trim();
    if (isSentence(text)) yield { text, line: lineAt(passage, offset + index + blank) };
  }
}

function isSentence(text) {
  return /\p{L}/u.test(text) && !text.startsWith("#");
}

/** The line of the file. In a page of HTML a whole paragraph counts as one line. */
function lineAt({ text, line, end_line }, offset) {
  const breaks = text.slice(0, offset).split("\n").length - 1;
  return Math.min(line + breaks, end_line);
}
