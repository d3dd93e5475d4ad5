/**
 * The text with comments and strings replaced by blanks, so that what is found in it is code and offsets stay what they are. Takes
 * the comments of C and Verilog (`//`, `/*`); VHDL's are `--`.
 */
export function blanked(text: string, lineComment = "//"): string {
  const parts: string[] = [];
  let from = 0;
  const pattern = lineComment === "//" ? cPattern : vhdlPattern;
  for (const match of text.matchAll(pattern)) {
    parts.push(
      text.slice(from, match.index),
      match[0].replace(/[^\r\n]+/g, (run) => " ".repeat(run.length)),
    );
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

/** Comments of C and Verilog alone, where what stands in strings matters. */
export function blankedComments(text: string): string {
  return text.replace(
    /\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\r\n])*"?/g,
    (match) =>
      match.startsWith('"') ? match : match.replace(/[^\r\n]+/g, (run) => " ".repeat(run.length)),
  );
}

/** A string that is not closed ends with its line: to look for its end at each of its quotes takes the square of its length. */
const cPattern = /\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|'\\?"'|"(?:\\[\s\S]|[^"\\\r\n])*"?/g;
const vhdlPattern = /--[^\r\n]*|'"'|"[^"\r\n]*"?/g;
