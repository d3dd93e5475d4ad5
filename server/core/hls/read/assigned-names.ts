import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import type { FileScope } from "./scope.js";

/** Scalars that something in a tree assigns to. */
export function assignedNames(file: FileScope, node: CppNode): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (at: CppNode): void => {
    const target =
      at.type === "assignment_expression"
        ? fieldOf(at, "left")
        : at.type === "update_expression"
          ? fieldOf(at, "argument")
          : undefined;
    const inner = target?.type === "pointer_expression" ? fieldOf(target, "argument") : target;
    if (inner?.type === "identifier") names.add(textOf(file.file, inner));
    at.children.forEach(visit);
  };
  visit(node);
  return names;
}
