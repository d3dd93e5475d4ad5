/** One command of a Tcl script, as its words: quotes and braces are gone, variables that are known have their values. */
export interface TclCommand {
  readonly words: readonly string[];
}

/** Scripts that people write have a few hundred commands. */
const mostCommands = 20_000;
/** Letters that variables may put into a word: `set a $a$a` doubles what it names each time. */
const longestWord = 64 * 1024;

/**
 * The commands of a Tcl script in the order of the text; those in the bodies of `if`, `foreach` and the like stay words of one
 * command, since which of them run is not known without running them. Nothing is evaluated but `set NAME VALUE` and `$NAME`.
 */
export function tclCommands(text: string): readonly TclCommand[] {
  const variables = new Map<string, string>();
  const commands: TclCommand[] = [];
  let at = 0;
  const expand = (word: string): string => {
    let room = longestWord;
    return word.replace(/\$(?:\{([^}]*)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
      const value = variables.get(braced ?? plain ?? "");
      if (value === undefined || value.length > room) return whole;
      room -= value.length;
      return value;
    });
  };
  const wordAt = (): string => {
    const first = text[at];
    if (first === "{") {
      const end = braceEnd(text, at);
      const word = text.slice(at + 1, end);
      at = end + 1;
      return word.trim();
    }
    if (first === '"') {
      const end = quoteEnd(text, at);
      const word = text.slice(at + 1, end);
      at = end + 1;
      return expand(word);
    }
    const begin = at;
    while (at < text.length && !/[\s;]/.test(text[at] ?? "")) {
      if (text[at] === "\\") at += 1;
      // A command in brackets is a part of the word that it makes.
      if (text[at] === "[") at = bracketEnd(text, at);
      at += 1;
    }
    return expand(text.slice(begin, at));
  };
  while (at < text.length && commands.length < mostCommands) {
    at = after(text, at, /[\s;]/);
    if (text[at] === "#") {
      at = commentEnd(text, at);
      continue;
    }
    const words: string[] = [];
    for (;;) {
      at = afterBlanks(text, at);
      const char = text[at];
      if (char === undefined || char === "\n" || char === ";") break;
      const before = at;
      words.push(wordAt());
      if (at === before) at += 1;
    }
    const [name, variable, value] = words;
    if (name === "set" && variable !== undefined && value !== undefined)
      variables.set(variable, value);
    if (words.length > 0) commands.push({ words });
  }
  return commands;
}

function after(text: string, from: number, chars: RegExp): number {
  let at = from;
  while (at < text.length && chars.test(text[at] ?? "")) at += 1;
  return at;
}

/** Past blanks and ends of lines with a backslash before them. */
function afterBlanks(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = after(text, at, /[ \t\r]/);
    const continued = /^\\\r?\n/.exec(text.slice(at, at + 3));
    if (continued === null) return at;
    at += continued[0].length;
  }
}

function commentEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function braceEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "{") depth += 1;
    else if (text[at] === "}" && (depth -= 1) === 0) return at;
  }
  return text.length;
}

function quoteEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function bracketEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "[") depth += 1;
    else if (text[at] === "]" && (depth -= 1) === 0) return at;
  }
  return text.length;
}
