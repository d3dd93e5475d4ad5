import { childrenOf, fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import type { ElementType } from "../element-type.js";
import { constantOf, declaratorOf, typeOf, type FileScope } from "./scope.js";

/** What the arguments of a template mean inside of it: `N`, the members of a configuration (`CONFIG_T::n_in`), types. */
export interface TemplateBinding {
  readonly constants: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, ElementType>;
}

export function bindTemplate(
  scope: FileScope,
  parameters: CppNode,
  args: readonly CppNode[],
  outer: ReadonlyMap<string, number>,
): TemplateBinding {
  const constants = new Map<string, number>();
  const types = new Map<string, ElementType>();
  parameters.children.forEach((parameter, index) => {
    const isType = /type_parameter_declaration$/.test(parameter.type);
    const given = args[index] ?? fieldOf(parameter, isType ? "default_type" : "default_value");
    const name = isType
      ? childrenOf(parameter, "type_identifier")[0]
      : fieldOf(parameter, "declarator");
    if (given === undefined || name === undefined) return;
    const text = textOf(scope.file, name);
    if (!isType) {
      const value = constantOf(scope, given, new Map([...outer, ...constants]));
      if (value !== undefined) constants.set(text, value);
      return;
    }
    types.set(text, typeOf(scope, given, outer).type);
    for (const [member, value] of membersOf(scope, given, outer))
      constants.set(`${text}::${member}`, value);
  });
  return { constants, types };
}

const mostBases = 8;

/** Static constants of a struct: of itself, of what it inherits from, and of a parameter that stands for one. */
export function membersOf(
  scope: FileScope,
  type: CppNode,
  outer: ReadonlyMap<string, number>,
  depth = 0,
): ReadonlyMap<string, number> {
  const node = type.type === "type_descriptor" ? (fieldOf(type, "type") ?? type) : type;
  const nameNode = node.type === "template_type" ? (fieldOf(node, "name") ?? node) : node;
  const full = textOf(scope.file, nameNode);
  const name = full.slice(full.lastIndexOf(":") + 1);
  const found = scope.structs.get(name);
  const members = new Map<string, number>();
  for (const [key, value] of outer)
    if (key.startsWith(`${name}::`)) members.set(key.slice(name.length + 2), value);
  if (found === undefined || depth > mostBases) return members;
  const args = fieldOf(node, "arguments")?.children ?? [];
  const own =
    found.parameters === undefined
      ? outer
      : bindTemplate(scope, found.parameters, args, outer).constants;
  for (const base of childrenOf(found.node, "base_class_clause").flatMap(
    ({ children }) => children,
  ))
    for (const [key, value] of membersOf(scope, base, own, depth + 1)) members.set(key, value);
  for (const field of childrenOf(fieldOf(found.node, "body") ?? found.node, "field_declaration")) {
    const [declarator, value] = [fieldOf(field, "declarator"), fieldOf(field, "default_value")];
    const member = declarator === undefined ? undefined : declaratorOf(scope, declarator)?.name;
    const number =
      value === undefined ? undefined : constantOf(scope, value, new Map([...own, ...members]));
    if (member !== undefined && number !== undefined) members.set(member, number);
  }
  return members;
}
