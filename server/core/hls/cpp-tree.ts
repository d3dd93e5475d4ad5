/**
 * A C++ file as a plain tree, as tree-sitter-cpp names its nodes: named nodes, and what stands in a field (operators).
 * The core knows no parser; `server/engines/cpp` makes this.
 */
export interface CppNode {
  readonly type: string;
  /** The field of the parent that this is, "" where it is in none. */
  readonly field: string;
  /** UTF-16 offsets into the text, the end is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly CppNode[];
  /** Whether the parser found no sense in it. */
  readonly isError: boolean;
}

export interface CppFile {
  readonly text: string;
  readonly root: CppNode;
  /** Whether parts nested too deeply, or beyond the most nodes that are read, were left out. */
  readonly isCut: boolean;
  /** Where the text of headers begins that was put behind the file's own; undefined: there is none. */
  readonly ownLength?: number;
}

export function fieldOf(node: CppNode, field: string): CppNode | undefined {
  return node.children.find((child) => child.field === field);
}

export function childrenOf(node: CppNode, type: string): readonly CppNode[] {
  return node.children.filter((child) => child.type === type);
}

export function textOf(file: CppFile, node: CppNode): string {
  return file.text.slice(node.start, node.end);
}
