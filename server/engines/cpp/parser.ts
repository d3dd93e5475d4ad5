import { readFile } from "node:fs/promises";
import { Language, Parser, type TreeCursor } from "web-tree-sitter";
import type { CppFile, CppNode } from "../../core/hls/cpp-tree.js";

/** Where the two WebAssembly modules are. */
export interface CppGrammarFiles {
  readonly runtime: string;
  readonly grammar: string;
}

/** Reads C and C++; start it once and keep it, a parse of a kernel takes milliseconds. */
export interface CppParser {
  /** `ownLength`: where the text of headers begins, if it is not the whole. */
  readonly parse: (text: string, ownLength?: number) => CppFile;
}

/** C's `restrict`, Intel's `component void f(…)` and Vitis' `hls_thread_local` are no C++; what stands around them is. */
const otherWords =
  /\b(?:__)?restrict(?:__)?\b|^[ \t]*component(?=[ \t]+\w)|\bhls_thread_local\b|\b__attribute__\s*\(\([^()]*(?:\([^()]*\)[^()]*)*\)\)/gm;

/** `_Pragma("HLS UNROLL")` on a line of its own says what `#pragma HLS UNROLL` says. */
const pragmaOperator = /^([ \t]*)_Pragma[ \t]*\([ \t]*"([^"\r\n]*)"[ \t]*\)[ \t]*;?[ \t]*$/gm;

/** What the parser reads: as long as the text, so that places stay what they are. */
function readable(text: string): string {
  const blank = (word: string): string => " ".repeat(word.length);
  return text
    .replace(otherWords, blank)
    .replace(pragmaOperator, (whole, indent: string, inner: string) =>
      `${indent}#pragma ${inner}`.padEnd(whole.length),
    );
}

/** Deeper than people write, and shallow enough for every recursion over the tree. */
const mostDepth = 300;
const mostNodes = 400_000;

export async function openCppParser(files: CppGrammarFiles): Promise<CppParser> {
  await Parser.init({ locateFile: () => files.runtime });
  const parser = new Parser();
  parser.setLanguage(await Language.load(new Uint8Array(await readFile(files.grammar))));
  return {
    parse: (text, ownLength) => {
      const tree = parser.parse(readable(text));
      if (tree === null) return { text, root: emptyRoot, isCut: true };
      try {
        const file = plainTree(text, tree.walk());
        return ownLength === undefined || ownLength >= text.length ? file : { ...file, ownLength };
      } finally {
        tree.delete();
      }
    },
  };
}

const emptyRoot: CppNode = {
  type: "translation_unit",
  field: "",
  start: 0,
  end: 0,
  children: [],
  isError: false,
};

/** Walks without recursion: the text decides how deep the tree is. */
function plainTree(text: string, cursor: TreeCursor): CppFile {
  let nodeCount = 0;
  let isCut = false;
  const open: CppNode[][] = [[]];
  const make = (): CppNode & { children: CppNode[] } => ({
    type: cursor.nodeType,
    field: cursor.currentFieldName ?? "",
    start: cursor.startIndex,
    end: cursor.endIndex,
    children: [],
    isError: cursor.nodeType === "ERROR" || cursor.nodeIsMissing,
  });
  const take = (): CppNode[] | undefined => {
    nodeCount += 1;
    const isWanted = cursor.nodeIsNamed || cursor.currentFieldName !== null;
    if (!isWanted || cursor.nodeType === "comment") return undefined;
    const node = make();
    open[open.length - 1]?.push(node);
    return node.children;
  };
  walk: for (;;) {
    const children = take();
    const canEnter = children !== undefined && open.length < mostDepth && nodeCount < mostNodes;
    if (children !== undefined && !canEnter) isCut = true;
    if (canEnter && cursor.gotoFirstChild()) {
      open.push(children);
      continue;
    }
    while (nodeCount >= mostNodes || !cursor.gotoNextSibling()) {
      if (!cursor.gotoParent()) break walk;
      open.pop();
    }
  }
  cursor.delete();
  return { text, root: open[0]?.[0] ?? emptyRoot, isCut };
}
