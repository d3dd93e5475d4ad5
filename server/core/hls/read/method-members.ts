import { childrenOf, fieldOf, type CppNode } from "../cpp-tree.js";
import { declaratorOf, type FileScope } from "./scope.js";

/** What the members of a class stand for in the body of one of its methods: those of the object that it is called on. */
export function methodMembers(
  scope: FileScope,
  method: CppNode,
  object: string,
): ReadonlyMap<string, string> {
  const holder = classOf(scope, method);
  if (holder === undefined) return new Map();
  const names = childrenOf(fieldOf(holder, "body") ?? holder, "field_declaration").flatMap(
    ({ children }) =>
      children.flatMap((child) =>
        child.field === "declarator" ? (declaratorOf(scope, child)?.name ?? []) : [],
      ),
  );
  return new Map(names.map((name) => [name, `${object}.${name}`]));
}

/** Whether a class of the file has a method of a name, with its body in the class. */
export function hasMethod(scope: FileScope, name: string): boolean {
  const found = scope.functions.get(name);
  return found !== undefined && classOf(scope, found) !== undefined;
}

function classOf(scope: FileScope, method: CppNode): CppNode | undefined {
  return [...scope.structs.values()].find(
    ({ node }) => node.start <= method.start && method.end <= node.end,
  )?.node;
}
