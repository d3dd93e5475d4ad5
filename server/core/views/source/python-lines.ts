/** One physical line of a Python text. */
export interface PythonLine {
  /** Offset of its first character. */
  readonly start: number;
  /** Without the line break. */
  readonly text: string;
  /** Leading spaces and tabs. */
  readonly indent: number;
  /** It begins a statement: neither blank, nor a comment, nor inside brackets or a string that began before. */
  readonly isCode: boolean;
  /** It begins inside brackets or a string. */
  readonly isInside: boolean;
}

/** Lines with just as much syntax as tells statements from their continuations: brackets, strings, comments. */
export function linesOf(text: string): readonly PythonLine[] {
  const lines: PythonLine[] = [];
  let depth = 0;
  let quote = "";
  let isContinued = false;
  for (let start = 0; start <= text.length;) {
    const end = endOfLine(text, start);
    const line = text.slice(start, end);
    const indent = line.length - line.trimStart().length;
    const isInside = depth > 0 || quote !== "" || isContinued;
    const isCode = !isInside && indent < line.length && line.charAt(indent) !== "#";
    lines.push({ start, text: line, indent, isCode, isInside });
    // A definition at the margin cannot stand inside brackets: one that was left open ends here.
    if (quote === "" && depth > 0 && /^(?:class|def|import|from|@)\b/.test(line)) {
      depth = 0;
      lines[lines.length - 1] = { start, text: line, indent, isCode: true, isInside: false };
    }
    ({ depth, quote } = scan(line, depth, quote));
    isContinued = quote === "" && line.endsWith("\\");
    const next = end + (text.startsWith("\r\n", end) ? 2 : 1);
    if (end >= text.length) break;
    start = next;
  }
  return lines;
}

function scan(
  line: string,
  depthBefore: number,
  quoteBefore: string,
): { depth: number; quote: string } {
  let depth = depthBefore;
  let quote = quoteBefore;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (quote !== "") {
      if (character === "\\") at += 1;
      else if (line.startsWith(quote, at)) {
        at += quote.length - 1;
        quote = "";
      }
    } else if (character === "#") break;
    else if (character === '"' || character === "'") {
      const triple = character.repeat(3);
      quote = line.startsWith(triple, at) ? triple : character;
      at += quote.length - 1;
    } else if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth = Math.max(0, depth - 1);
  }
  // Only a triple-quoted string goes on in the next line.
  return { depth, quote: quote.length === 3 ? quote : "" };
}

function endOfLine(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) return at;
  }
  return text.length;
}
