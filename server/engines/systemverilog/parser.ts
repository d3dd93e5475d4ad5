import { readFile } from "node:fs/promises";
import { Language, Parser } from "web-tree-sitter";

/** Names the construct that stands at a place: node types from the outermost to the innermost. */
export interface SystemVerilogParser {
  readonly constructsAt: (text: string, line: number) => readonly string[];
}

export async function openSystemVerilogParser(files: {
  readonly runtime: string;
  readonly grammar: string;
}): Promise<SystemVerilogParser> {
  await Parser.init({ locateFile: () => files.runtime });
  const parser = new Parser();
  parser.setLanguage(await Language.load(new Uint8Array(await readFile(files.grammar))));
  return {
    constructsAt: (text, line) => {
      const tree = parser.parse(text);
      if (tree === null) return [];
      try {
        const code = text.split("\n")[line] ?? "";
        const column = Math.max(0, code.search(/\S/));
        const last = Math.max(column, code.trimEnd().length - 1);
        const types: string[] = [];
        const start = { row: line, column };
        let node = tree.rootNode.descendantForPosition(start, { row: line, column: last });
        for (let depth = 0; node !== null && depth < 64; depth += 1) {
          types.unshift(node.type);
          // What stands on the line alone, such as a port of a list, tells as much as what it stands in.
          if (depth === 0)
            for (const child of node.namedChildren)
              if (child !== null && child.startPosition.row === line) types.push(child.type);
          node = node.parent;
        }
        return types;
      } finally {
        tree.delete();
      }
    },
  };
}
