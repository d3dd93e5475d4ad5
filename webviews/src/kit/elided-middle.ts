/** Shortens in the middle, and keeps the last two parts of a path whole when they fit. Cuts no character in half. */
export function elidedMiddle(text: string, longest: number): string {
  // A character takes two units at most: names of a megabyte are not taken apart whole.
  if (text.length <= longest) return text;
  const first = Array.from(text.slice(0, 2 * longest));
  if (first.length <= longest && text.length <= 2 * longest) return text;
  const last = Array.from(text.slice(-2 * longest)).slice(-Math.floor(longest * 0.7));
  const separators = last.flatMap((character, at) => ("/;.".includes(character) ? [at] : []));
  const cut = (separators.at(-2) ?? -1) + 1;
  const end = last.slice(Math.min(cut, last.length - Math.floor(longest * 0.4)));
  return `${first.slice(0, longest - end.length - 1).join("")}…${end.join("")}`;
}
