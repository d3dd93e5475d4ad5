import { childrenOf, fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import type { Variable } from "../ir.js";
import { bindTemplate, memberType, objectOf, type TemplateBinding } from "./objects.js";
import { declaratorOf, type FileScope, type FunctionEntry, type LocalScope } from "./scope.js";
import type { ObjectType, TypeInfo } from "./types.js";

/** What a call runs. */
export interface Callee {
  readonly name: string;
  readonly node: CppNode;
  readonly body: CppNode;
  readonly parameters: readonly CppNode[];
  /** The function's template, and the arguments that the call names. */
  readonly template: CppNode | undefined;
  readonly templateArguments: readonly CppNode[];
  /** The class whose method it is. */
  readonly owner: ObjectType | undefined;
}

/** The function of the file that a name in a call means; undefined for functions that the file does not have. */
export function calleeOf(
  scope: FileScope,
  local: LocalScope,
  node: CppNode,
  argumentCount: number,
): Callee | undefined {
  switch (node.type) {
    case "identifier":
    case "type_identifier":
    case "operator_name":
      return named(scope, textOf(scope.file, node), argumentCount, [], local.owner);
    case "template_function":
    case "template_type": {
      const name = fieldOf(node, "name");
      const args = fieldOf(node, "arguments")?.children ?? [];
      if (name === undefined) return undefined;
      return named(scope, textOf(scope.file, name), argumentCount, args, local.owner);
    }
    case "qualified_identifier": {
      const [owner, name] = [fieldOf(node, "scope"), fieldOf(node, "name")];
      if (name === undefined) return undefined;
      const object = owner === undefined ? undefined : objectOf(scope, owner, local.constants);
      if (object === undefined) return calleeOf(scope, local, name, argumentCount);
      return methodBelow(scope, object, name, argumentCount, local.constants);
    }
    default:
      return undefined;
  }
}

/** `kernel<int>::run` of a class that names `kernel`. */
function methodBelow(
  scope: FileScope,
  object: ObjectType,
  name: CppNode,
  argumentCount: number,
  constants: ReadonlyMap<string, number>,
): Callee | undefined {
  if (name.type !== "qualified_identifier") return methodOf(scope, object, name, argumentCount);
  const [owner, last] = [fieldOf(name, "scope"), fieldOf(name, "name")];
  const inner =
    owner === undefined ? undefined : memberType(scope, object, owner, constants)?.object;
  return inner === undefined || last === undefined
    ? undefined
    : methodBelow(scope, inner, last, argumentCount, constants);
}

/** A method of a class or of what it inherits from. */
export function methodOf(
  scope: FileScope,
  object: ObjectType,
  node: CppNode | string,
  argumentCount: number,
): Callee | undefined {
  const plain =
    typeof node !== "string" && node.type === "dependent_name" ? (node.children[0] ?? node) : node;
  const isTemplate =
    typeof plain !== "string" && /^template_(method|function|type)$/.test(plain.type);
  const nameNode = isTemplate ? fieldOf(plain, "name") : plain;
  const name =
    nameNode === undefined || typeof nameNode === "string"
      ? nameNode
      : textOf(scope.file, nameNode).replace(/\s+/g, "");
  if (name === undefined) return undefined;
  const args = isTemplate ? (fieldOf(plain, "arguments")?.children ?? []) : [];
  return ownMethod(scope, object, name, argumentCount, args);
}

function ownMethod(
  scope: FileScope,
  object: ObjectType,
  name: string,
  argumentCount: number,
  args: readonly CppNode[],
): Callee | undefined {
  const entries = (scope.functions.get(name) ?? []).filter(({ owner }) => owner === object.name);
  // Of a specialised class, its own methods and no other's.
  const inside = entries.filter(
    ({ node }) => object.node.start <= node.start && node.end <= object.node.end,
  );
  const entry = fitting(scope, inside.length > 0 ? inside : entries, argumentCount);
  if (entry !== undefined) return calleeFrom(scope, entry, args, object);
  for (const base of object.bases) {
    const found = ownMethod(scope, base, name, argumentCount, args);
    if (found !== undefined) return found;
  }
  return undefined;
}

function named(
  scope: FileScope,
  name: string,
  argumentCount: number,
  args: readonly CppNode[],
  owner: ObjectType | undefined,
): Callee | undefined {
  const method = owner && ownMethod(scope, owner, name, argumentCount, args);
  if (method !== undefined) return method;
  const entries = (scope.functions.get(name) ?? []).filter((one) => one.owner === undefined);
  const entry = fitting(scope, entries, argumentCount);
  return entry && calleeFrom(scope, entry, args, undefined);
}

/** Of overloads, the first with as many parameters; types are not compared. */
function fitting(
  scope: FileScope,
  entries: readonly FunctionEntry[],
  argumentCount: number,
): FunctionEntry | undefined {
  return (
    entries.find(({ node }) => parametersOf(scope, node).length === argumentCount) ??
    entries.find(({ node }) => parametersOf(scope, node).length >= argumentCount) ??
    entries[0]
  );
}

function parametersOf(scope: FileScope, node: CppNode): readonly CppNode[] {
  const declarator = fieldOf(node, "declarator");
  const list = declarator && declaratorOf(scope, declarator)?.parameters;
  return (list?.children ?? []).filter(({ type }) => /parameter_declaration$/.test(type));
}

function calleeFrom(
  scope: FileScope,
  { name, node, parameters }: FunctionEntry,
  templateArguments: readonly CppNode[],
  owner: ObjectType | undefined,
): Callee | undefined {
  const body = fieldOf(node, "body");
  if (body === undefined) return undefined;
  return {
    name,
    node,
    body,
    parameters: parametersOf(scope, node),
    template:
      owner !== undefined && isClassTemplate(scope, owner, parameters) ? undefined : parameters,
    templateArguments,
    owner,
  };
}

/** `template <int N> void Fir<N>::run()`: the parameters are those of the class. */
function isClassTemplate(
  scope: FileScope,
  owner: ObjectType,
  parameters: CppNode | undefined,
): boolean {
  return (scope.structs.get(owner.name) ?? []).some(
    (entry) =>
      entry.parameters !== undefined &&
      entry.parameters !== parameters &&
      parameters !== undefined &&
      entry.parameters.children.length === parameters.children.length &&
      !(owner.node.start <= parameters.start && parameters.end <= owner.node.end),
  );
}

/** What the arguments of a call show of template parameters that it does not name. */
export function boundBy(
  scope: FileScope,
  callee: Callee,
  constants: ReadonlyMap<string, number>,
  variables: readonly (Variable | undefined)[],
): TemplateBinding {
  if (callee.template === undefined) return { constants: new Map(), types: new Map() };
  const types = new Map<string, TypeInfo>();
  const sizes = new Map<string, number>();
  callee.parameters.forEach((parameter, index) => {
    const variable = variables[index];
    if (variable !== undefined) deduce(scope, parameter, variable, { types, sizes });
  });
  return bindTemplate(scope, callee.template, callee.templateArguments, constants, {
    types,
    constants: sizes,
  });
}

function deduce(
  scope: FileScope,
  parameter: CppNode,
  variable: Variable,
  found: { readonly types: Map<string, TypeInfo>; readonly sizes: Map<string, number> },
): void {
  const { type, isStream } = variable;
  const own = fieldOf(parameter, "type");
  const plain = own?.type === "qualified_identifier" ? fieldOf(own, "name") : own;
  const sizes = arraySizes(fieldOf(parameter, "declarator"));
  const inner = variable.dims.slice(sizes.length);
  if (plain?.type === "type_identifier")
    found.types.set(textOf(scope.file, plain), {
      type,
      isStream,
      dims: sizes.length === 0 && !isPointer(fieldOf(parameter, "declarator")) ? inner : [],
    });
  if (plain?.type === "template_type") {
    const [first, second] = fieldOf(plain, "arguments")?.children ?? [];
    const name = first === undefined ? "" : textOf(scope.file, first);
    if (isStream) found.types.set(name, { type, isStream: false, dims: [] });
    else if (type.lanes !== undefined) {
      const { lanes, ...lane } = type;
      found.types.set(name, { type: lane, isStream: false, dims: [] });
      if (second !== undefined) found.sizes.set(textOf(scope.file, second), lanes);
    } else found.sizes.set(name, type.bits);
  }
  sizes.forEach((size, index) => {
    const dim = variable.dims[index];
    if (size !== undefined && dim !== undefined) found.sizes.set(textOf(scope.file, size), dim);
  });
}

function isPointer(declarator: CppNode | undefined): boolean {
  return declarator?.type === "pointer_declarator";
}

/** The names in `a[ROWS][COLUMNS]`, first dimension first. */
function arraySizes(declarator: CppNode | undefined): readonly (CppNode | undefined)[] {
  const sizes: (CppNode | undefined)[] = [];
  let at = declarator;
  while (at !== undefined && at.type !== "identifier") {
    if (at.type === "array_declarator") sizes.unshift(fieldOf(at, "size"));
    at = fieldOf(at, "declarator") ?? childrenOf(at, "array_declarator")[0];
  }
  return sizes;
}
