/** Text to the words that are compared: lower case, without accents, plurals and endings. */

const COMMON = new Set(
  `a about an and any are as at be been but by can could did do does for from had has have he her
  his how i if in is it its me my no not of on or our she should so tell that the their them there
  these they this those to was we were what when where which who whom whose why will with would you
  your`.split(/\s+/),
);

const ENDING = /(?:ings?|ed|es|s|ly|e)$/;

/** The stems of the words in a text; common words are left out. */
export function stems(text) {
  const plain = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !COMMON.has(word)).map(stem);
}

function stem(word) {
  const root = word.replace(/ations?$/, "ate").replace(ENDING, "");
  return root.length > 2 ? root : word;
}
