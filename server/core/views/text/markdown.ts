/** Names come from files: whatever they contain, they are text and nothing else. */
export function codeSpan(text: string): string {
  const line = shorten(text).replace(/[\r\n\t]+/g, " ");
  if (line.trim() === "") return "` `";
  // Markdown ends a code span at as many backticks as it began with.
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

export function plain(text: string): string {
  return shorten(text)
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[\\`*_{}[\]<>()#+!|~&-]/g, (character) => `\\${character}`);
}

/** For a cell of a table, where a bar would end the cell even inside a code span. */
export function codeCell(text: string): string {
  return codeSpan(text.replaceAll("|", "¦"));
}

/** `text` is markdown already; parentheses of an address would end it. */
export function link(text: string, address: string): string {
  return `[${text}](${address.replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

function shorten(text: string): string {
  return text.length > characterLimit ? `${text.slice(0, characterLimit)}…` : text;
}

const characterLimit = 200;
