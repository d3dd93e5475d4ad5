import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { floatType, namedType, otherType, type CType } from "./c-type.js";
import type { Machine, Scope } from "./machine.js";

/** The type that a node names; parameters of templates and aliases are looked up. `isPointer` of a `float *` descriptor. */
export function typeOfNode(m: Machine, scope: Scope, node: CppNode, depth = 0): CType {
  if (depth > 12) return otherType;
  if (node.type === "type_descriptor") {
    const inner = fieldOf(node, "type");
    return inner === undefined ? otherType : typeOfNode(m, scope, inner, depth + 1);
  }
  const text = m.text(node);
  const own = scope.types.get(text);
  if (own !== undefined) return own;
  const named = namedType(text);
  if (named !== undefined) return named;
  const alias = m.unit.types.get(text);
  if (alias !== undefined) return typeOfNode(m, scope, alias, depth + 1);
  if (node.type === "qualified_identifier") {
    const name = fieldOf(node, "name");
    return name === undefined ? otherType : typeOfNode(m, scope, name, depth + 1);
  }
  if (node.type === "decltype" || node.type === "dependent_type") return floatType;
  const define = m.unit.defines.get(text);
  return (define === undefined ? undefined : namedType(define)) ?? otherType;
}

export function isPointerDescriptor(node: CppNode): boolean {
  const declarator = fieldOf(node, "declarator");
  return declarator !== undefined && /pointer/.test(declarator.type);
}
