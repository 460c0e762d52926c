/** Passages to sentences, each with its place. */

/** Thai parts its sentences by spaces. */
const SENTENCE =
  /.+?(?:[.!?…؟।]+["')\]”’»]*(?=\s|$)|[。！？]|(?<=\p{sc=Thai})(?=\s+\p{sc=Thai})|$)/gsu;
/** An empty line, a line that begins an item or heading, the end of a heading, a page. */
const HARD_BREAK = /\n[ \t]*(?:\n|(?=[-*+>|#•]|\d+[.)] ))|(?<=(?:^|\n)#{1,6} [^\n]*)\n|\f/;
const LINE_BREAK = /\n/;

/** Where each line stands for itself, whatever its punctuation. */
const ROWS = /\.(?:csv|tsv|jsonl?|log|ya?ml|toml|ini|xlsx|ods|[jt]sx?|py|java|c|cpp|h|go|rs|rb|sh|sql)$/i;

/** A full stop behind these, or behind a single letter, ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:\p{L}|mrs?|ms|dr|prof|st|no|nos|nr|vs|etc|art|abs|bzw|ca|ggf|inkl|mme|mlle|sr|sra|fig|vol|pp|cf|al|e\.g|i\.e|z\.b|d\.h|u\.a)\.$/iu;

/** "am 31. Juli": nor behind these, at the price of two sentences that are quoted together. */
const ORDINAL = /(?:^|\s)(?:[12]?\d|3[01])\.$/;

/** No sentence is longer, in characters: what has no full stop is cut at its lines. */
const LONGEST = 600;

/**
 * @param passage  a chunk of the tool `rag`: `{ text, line, page, file, marker, score }`
 * @returns {Generator<{text: string, line: number, page: ?number}>}  without what is no sentence:
 *   headings, rules
 */
export function* sentences(passage) {
  let offset = 0;
  for (const block of passage.text.split(ROWS.test(passage.file) ? LINE_BREAK : HARD_BREAK)) {
    offset = passage.text.indexOf(block, offset);
    yield* sentencesOf(block, passage, offset);
    offset += block.length;
  }
}

function* sentencesOf(block, passage, offset) {
  for (const { text: found, at } of pieces(block)) {
    const blank = found.length - found.trimStart().length;
    const text = found.replace(/\s+/g, " ").trim();
    if (isSentence(text)) yield { text, ...place(passage, offset + at + blank) };
  }
}

/** Sentences; abbreviations joined to what follows, endless ones cut at their lines. */
function* pieces(block) {
  let begun = "";
  let at = 0;
  for (const [found] of block.matchAll(SENTENCE)) {
    begun += found;
    if (goesOn(begun, block.slice(at + begun.length))) continue;
    if (begun.length > LONGEST) yield* lines(begun, at);
    else yield { text: begun, at };
    at += begun.length;
    begun = "";
  }
  if (begun) yield { text: begun, at };
}

function goesOn(begun, rest) {
  if (rest === "" || !begun.endsWith(".")) return false;
  return ABBREVIATION.test(begun) || ORDINAL.test(begun) || /^\s+\p{Ll}/u.test(rest);
}

function* lines(text, start) {
  for (const { 0: line, index } of text.matchAll(/.+/gu)) yield { text: line, at: start + index };
}

function isSentence(text) {
  return /\p{L}/u.test(text) && !text.startsWith("#");
}

/** The line of the file, or of a file with pages, the page. */
function place({ text, line, page }, offset) {
  const before = text.slice(0, offset);
  const count = (letter) => before.split(letter).length - 1;
  return { line: line + count("\n"), page: page == null ? null : page + count("\f") };
}
