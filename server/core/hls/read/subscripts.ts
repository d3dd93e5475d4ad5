import { fieldOf, type CppNode } from "../cpp-tree.js";

/** The subscripts of an expression, outermost array first, and what they are taken of. */
export function subscriptsOf(node: CppNode): {
  readonly subscripts: readonly CppNode[];
  readonly root: CppNode;
} {
  const subscripts: CppNode[] = [];
  let at: CppNode = node;
  for (;;) {
    if (at.type === "subscript_expression") {
      const [index] = fieldOf(at, "indices")?.children ?? [];
      if (index !== undefined) subscripts.unshift(index);
    } else if (!/^(pointer|parenthesized|field|cast|unary|call)_expression$/.test(at.type)) break;
    const inner: CppNode | undefined =
      fieldOf(at, "argument") ?? fieldOf(at, "function") ?? fieldOf(at, "value") ?? at.children[0];
    if (inner === undefined) break;
    at = inner;
  }
  return { subscripts, root: at };
}
