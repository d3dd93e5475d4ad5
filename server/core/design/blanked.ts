/**
 * The text with comments and strings replaced by blanks, so that what is found in it is code and offsets stay what they are. Takes
 * the comments of C and Verilog (`//`, `/*`); VHDL's are `--`.
 */
export function blanked(text: string, lineComment = "//"): string {
  const parts: string[] = [];
  let from = 0;
  const pattern = lineComment === "//" ? cPattern : vhdlPattern;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(from, match.index), match[0].replace(/[^\r\n]/g, " "));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

const cPattern = /\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\r\n])*"/g;
const vhdlPattern = /--[^\r\n]*|"[^"\r\n]*"/g;
