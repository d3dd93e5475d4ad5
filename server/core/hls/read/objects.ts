import { childrenOf, fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import { bounded, constantOf, declaratorOf, type FileScope, type StructEntry } from "./scope.js";
import { typeOf, withTypes, type ObjectType, type TypeInfo } from "./types.js";

/** What the arguments of a template mean inside of it. */
export interface TemplateBinding {
  readonly constants: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, TypeInfo>;
}

/** `given`: what the arguments of a call have shown, for parameters that it does not name. */
export function bindTemplate(
  scope: FileScope,
  parameters: CppNode,
  args: readonly CppNode[],
  outer: ReadonlyMap<string, number>,
  given?: TemplateBinding,
): TemplateBinding {
  const constants = new Map<string, number>();
  const types = new Map<string, TypeInfo>();
  parameters.children.forEach((parameter, index) => {
    const isType = /type_parameter_declaration$/.test(parameter.type);
    const name = isType
      ? childrenOf(parameter, "type_identifier")[0]
      : fieldOf(parameter, "declarator");
    if (name === undefined) return;
    const text = textOf(scope.file, name);
    const shown = isType ? given?.types.get(text) : undefined;
    const size = isType ? undefined : given?.constants.get(text);
    const written =
      args[index] ??
      (shown === undefined && size === undefined
        ? fieldOf(parameter, isType ? "default_type" : "default_value")
        : undefined);
    if (!isType) {
      const value =
        written === undefined
          ? size
          : constantOf(scope, written, new Map([...outer, ...constants]));
      if (value !== undefined) constants.set(text, value);
      return;
    }
    const info =
      written === undefined ? shown : withTypes(scope, types, () => typeOf(scope, written, outer));
    if (info === undefined) return;
    types.set(text, info);
    for (const [member, value] of info.object?.constants ?? [])
      constants.set(`${text}::${member}`, value);
  });
  return { constants, types };
}

/** The class that a node names: a struct of the file, with its template's arguments; undefined for anything else. */
export function objectOf(
  scope: FileScope,
  node: CppNode,
  outer: ReadonlyMap<string, number> | undefined,
): ObjectType | undefined {
  return bounded(scope, () => namedObject(scope, node, outer ?? new Map()));
}

function namedObject(
  scope: FileScope,
  node: CppNode,
  outer: ReadonlyMap<string, number>,
): ObjectType | undefined {
  switch (node.type) {
    case "type_descriptor":
      return objectOf(scope, fieldOf(node, "type") ?? node, outer);
    case "dependent_name":
    case "dependent_type":
      return node.children[0] === undefined ? undefined : objectOf(scope, node.children[0], outer);
    case "qualified_identifier":
      return typeOf(scope, node, outer).object;
    case "struct_specifier":
    case "class_specifier":
      return boundObject(scope, "", { node, parameters: undefined }, [], outer);
    default: {
      const isTemplate = node.type === "template_type" || node.type === "template_function";
      const nameNode = isTemplate ? (fieldOf(node, "name") ?? node) : node;
      const name = textOf(scope.file, nameNode);
      const args = isTemplate ? (fieldOf(node, "arguments")?.children ?? []) : [];
      const known = scope.types.get(name);
      if (known !== undefined && !isTemplate) return known.object;
      if (isTemplate && scope.aliases.has(name)) return typeOf(scope, node, outer).object;
      const entries = scope.structs.get(name);
      const entry = entries && chosenEntry(scope, entries, args, outer);
      return entry && boundObject(scope, name, entry, args, outer);
    }
  }
}

/** The specialisation whose arguments have the same values, else the class itself. */
function chosenEntry(
  scope: FileScope,
  entries: readonly StructEntry[],
  args: readonly CppNode[],
  outer: ReadonlyMap<string, number>,
): StructEntry | undefined {
  const isSame = (one: CppNode, other: CppNode | undefined): boolean => {
    if (other === undefined) return false;
    const [a, b] = [constantOf(scope, one, outer), constantOf(scope, other, outer)];
    return a !== undefined || b !== undefined
      ? a === b
      : textOf(scope.file, one) === textOf(scope.file, other);
  };
  const special = entries.find(
    (entry) =>
      entry.special !== undefined &&
      entry.special.children.length === args.length &&
      entry.special.children.every((one, index) => isSame(one, args[index])),
  );
  return special ?? entries.find((entry) => entry.special === undefined) ?? entries[0];
}

function boundObject(
  scope: FileScope,
  name: string,
  entry: StructEntry,
  args: readonly CppNode[],
  outer: ReadonlyMap<string, number>,
): ObjectType {
  const bound =
    entry.parameters === undefined
      ? { constants: outer, types: new Map<string, TypeInfo>() }
      : bindTemplate(scope, entry.parameters, args, outer);
  const constants = new Map(bound.constants);
  const types = new Map(bound.types);
  return withTypes(scope, bound.types, () => {
    const bases = childrenOf(entry.node, "base_class_clause")
      .flatMap(({ children }) => children)
      .flatMap((base) => objectOf(scope, base, constants) ?? []);
    for (const base of bases) {
      for (const [key, value] of base.constants) if (!outer.has(key)) constants.set(key, value);
      for (const [key, info] of base.types) types.set(key, info);
    }
    const body = fieldOf(entry.node, "body") ?? entry.node;
    // A member may name one that stands before it.
    for (const member of body.children) readMember(scope, member, constants, types);
    return { name, node: entry.node, constants, types, bases };
  });
}

function readMember(
  scope: FileScope,
  member: CppNode,
  constants: Map<string, number>,
  types: Map<string, TypeInfo>,
): void {
  if (member.type === "type_definition" || member.type === "alias_declaration") {
    const [type, name] = [
      fieldOf(member, "type"),
      fieldOf(member, "declarator") ?? fieldOf(member, "name"),
    ];
    const found = name === undefined ? undefined : declaratorOf(scope, name, constants);
    if (type === undefined || found === undefined) return;
    const info = withTypes(scope, types, () => typeOf(scope, type, constants));
    types.set(found.name, { ...info, dims: [...found.dims, ...info.dims] });
    return;
  }
  if (/^preproc_(if|else)/.test(member.type)) {
    for (const child of member.children) readMember(scope, child, constants, types);
    return;
  }
  if (member.type === "field_declaration") {
    const [declarator, value] = [fieldOf(member, "declarator"), fieldOf(member, "default_value")];
    const name = declarator === undefined ? undefined : declaratorOf(scope, declarator)?.name;
    const number =
      value === undefined
        ? undefined
        : withTypes(scope, types, () => constantOf(scope, value, constants));
    const isConstant = member.children.some(
      (child) => child.type === "type_qualifier" && /^const/.test(textOf(scope.file, child)),
    );
    if (name !== undefined && number !== undefined && isConstant) constants.set(name, number);
  }
  if (member.type !== "enum_specifier" && fieldOf(member, "type")?.type !== "enum_specifier")
    return;
  const listed = member.type === "enum_specifier" ? member : fieldOf(member, "type");
  let next = 0;
  for (const one of childrenOf((listed && fieldOf(listed, "body")) ?? member, "enumerator")) {
    const [name, value] = [fieldOf(one, "name"), fieldOf(one, "value")];
    next = (value === undefined ? undefined : constantOf(scope, value, constants)) ?? next;
    if (name !== undefined) constants.set(textOf(scope.file, name), next);
    next += 1;
  }
}

/** A type that a class names: `Config::accum_t`, `Config::template kernel<int>`. */
export function memberType(
  scope: FileScope,
  object: ObjectType,
  name: CppNode,
  outer: ReadonlyMap<string, number> | undefined,
): TypeInfo | undefined {
  if (name.type === "dependent_name")
    return name.children[0] && memberType(scope, object, name.children[0], outer);
  if (name.type === "qualified_identifier") {
    const [owner, last] = [fieldOf(name, "scope"), fieldOf(name, "name")];
    const inner = owner === undefined ? undefined : memberType(scope, object, owner, outer);
    return inner?.object === undefined || last === undefined
      ? undefined
      : memberType(scope, inner.object, last, outer);
  }
  const isTemplate = name.type === "template_type" || name.type === "template_function";
  if (!isTemplate) return object.types.get(textOf(scope.file, name));
  const called = fieldOf(name, "name");
  const alias = memberAlias(scope, object, called === undefined ? "" : textOf(scope.file, called));
  if (alias === undefined) return undefined;
  const args = fieldOf(name, "arguments")?.children ?? [];
  const bound = bindTemplate(scope, alias.parameters, args, outer ?? new Map());
  const constants = new Map([...(outer ?? []), ...object.constants, ...bound.constants]);
  return withTypes(scope, new Map([...object.types, ...bound.types]), () =>
    typeOf(scope, alias.type, constants),
  );
}

/** `template <class T> using kernel = Dense<T>;` among the members. */
function memberAlias(
  scope: FileScope,
  object: ObjectType,
  name: string,
): { readonly parameters: CppNode; readonly type: CppNode } | undefined {
  for (const member of childrenOf(
    fieldOf(object.node, "body") ?? object.node,
    "template_declaration",
  )) {
    const [alias] = childrenOf(member, "alias_declaration");
    const own = alias && fieldOf(alias, "name");
    const [parameters, type] = [fieldOf(member, "parameters"), alias && fieldOf(alias, "type")];
    if (own === undefined || textOf(scope.file, own) !== name) continue;
    if (parameters !== undefined && type !== undefined) return { parameters, type };
  }
  for (const base of object.bases) {
    const found = memberAlias(scope, base, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
