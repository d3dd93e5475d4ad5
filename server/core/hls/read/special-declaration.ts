import { childrenOf, fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import { declaratorOf, type FileScope } from "./scope.js";

/** Declarations that do something besides declaring. */
export type SpecialDeclaration =
  /** `hls::task t(function, a, b)` runs the function on its streams (UG1399, "Tasks and Channels"). */
  | { readonly kind: "task"; readonly called: CppNode; readonly args: readonly CppNode[] }
  /** `hls::read_lock<block> in(blocks)`: the block that is at hand of a stream of blocks. */
  | { readonly kind: "lock"; readonly name: string; readonly block: CppNode };

export function specialDeclaration(
  scope: FileScope,
  node: CppNode,
): SpecialDeclaration | undefined {
  const type = fieldOf(node, "type");
  const name = type === undefined ? "" : textOf(scope.file, type);
  const isTask = /\btask$/.test(name);
  if (!isTask && !/\b(?:read|write)_lock\s*</.test(name)) return undefined;
  const declarator = fieldOf(node, "declarator");
  const found = declarator && declaratorOf(scope, declarator);
  if (declarator === undefined || found === undefined) return undefined;
  const [first, ...args] = argumentsOf(declarator);
  if (first === undefined) return undefined;
  return isTask
    ? { kind: "task", called: first, args }
    : { kind: "lock", name: found.name, block: first };
}

/** `t(f, a)` may be a declaration of a function as well: what stands there are types then. */
function argumentsOf(declarator: CppNode): readonly CppNode[] {
  const list = fieldOf(declarator, "value") ?? fieldOf(declarator, "parameters");
  if (list?.type === "argument_list") return list.children;
  return childrenOf(list ?? declarator, "parameter_declaration").flatMap((one) => {
    const [own, inner] = [fieldOf(one, "type"), fieldOf(one, "declarator")];
    // `s[0]` reads as a type with a declarator of an array.
    return own === undefined ? [] : inner === undefined ? [own] : [own];
  });
}
