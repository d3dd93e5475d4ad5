import type { CppNode } from "../cpp-tree.js";
import { constantType, type ElementType } from "../element-type.js";
import { constantOf, type FileScope } from "./scope.js";

/** Longer tables are memories whatever they hold. */
const mostEntries = 4096;

/** A table of whole constants is as wide as its widest entry; the declared type where an entry is unknown. */
export function tableType(
  scope: FileScope,
  declared: ElementType,
  list: CppNode,
  constants?: ReadonlyMap<string, number>,
): ElementType {
  if (declared.kind !== "int" || declared.lanes !== undefined) return declared;
  let [bits, count] = [1, 0];
  let isSigned = false;
  const visit = (node: CppNode): boolean => {
    if (node.type === "initializer_list") return node.children.every(visit);
    count += 1;
    const value = count > mostEntries ? undefined : constantOf(scope, node, constants);
    if (value === undefined || !Number.isInteger(value)) return false;
    const own = constantType(value);
    bits = Math.max(bits, own.bits);
    isSigned ||= own.isSigned;
    return true;
  };
  if (!visit(list) || bits >= declared.bits) return declared;
  return { ...declared, bits, isSigned };
}
