/** Roll dice, such as "2d6". */
export function roll(text) {
  const match = /^(\d*)d(\d+)$/i.exec(String(text).trim());
  const count = Number(match?.[1] || 1);
  const sides = Number(match?.[2]);
  if (!match || count < 1 || sides < 1) {
    throw new Error(`"${text}" are no dice; write 2d6 for two dice of six sides.`);
  }
  if (count > 100) throw new Error("More than 100 dice do not fit on this table.");
  const shown = Array.from({ length: count }, () => 1 + Math.floor(Math.random() * sides));
  return { shown, sum: shown.reduce((a, b) => a + b, 0) };
}
