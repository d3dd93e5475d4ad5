import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import {
  arbitraryType,
  boolType,
  builtInType,
  intType,
  type ElementType,
} from "../element-type.js";
import { bindTemplate, memberType, objectOf } from "./objects.js";
import { bounded, constantOf, declaratorOf, plainInfo, type FileScope } from "./scope.js";

/** What a name of a type stands for. */
export interface TypeInfo {
  readonly type: ElementType;
  readonly isStream: boolean;
  /** Of `typedef int row_t[16]`, `std::array<int, 16>`. */
  readonly dims: readonly (number | undefined)[];
  /** Of a class or struct. */
  readonly object?: ObjectType | undefined;
}

/** A class with its template's arguments: what its names mean inside. */
export interface ObjectType {
  readonly name: string;
  readonly node: CppNode;
  /** Static constants, with those of what it inherits from, and parameters. */
  readonly constants: ReadonlyMap<string, number>;
  /** Its own names of types, and parameters. */
  readonly types: ReadonlyMap<string, TypeInfo>;
  /** Classes that it inherits from. */
  readonly bases: readonly ObjectType[];
}

/** Streams and what is handed over like one: a `burst_maxi` gives and takes a word a cycle (UG1399, "Using manual burst"). */
const streams = /^(stream|pipe|ac_channel|channel|stream_in|stream_out|burst_maxi|directio)$/;
/** Words with side channels (UG1399, "AXI4-Stream interfaces with side-channels"). */
const words = /^(ap_axis|ap_axiu|qdma_axis|axis|axis_data)$/;
/** Blocks that tasks hand to one another. */
const blocks = /^(stream_of_blocks|read_lock|write_lock)$/;

/** The type that a type node names; `int` where nothing is known of it. */
export function typeOf(
  scope: FileScope,
  node: CppNode | undefined,
  extra?: ReadonlyMap<string, number>,
): TypeInfo {
  if (node === undefined) return plainInfo;
  return bounded(scope, () => named(scope, node, extra)) ?? plainInfo;
}

function named(
  scope: FileScope,
  node: CppNode,
  extra: ReadonlyMap<string, number> | undefined,
): TypeInfo {
  switch (node.type) {
    case "dependent_type":
    case "dependent_name":
      return typeOf(scope, node.children[0], extra);
    case "type_descriptor": {
      const info = typeOf(scope, fieldOf(node, "type") ?? node.children[0], extra);
      const declarator = fieldOf(node, "declarator");
      if (declarator?.type !== "abstract_array_declarator") return info;
      const size = fieldOf(declarator, "size");
      const dim = size === undefined ? undefined : constantOf(scope, size, extra);
      return { ...info, dims: [dim, ...info.dims] };
    }
    case "qualified_identifier": {
      const known = scope.types.get(textOf(scope.file, node).replace(/\s+/g, ""));
      if (known !== undefined) return known;
      const [owner, name] = [fieldOf(node, "scope"), fieldOf(node, "name")];
      const object = owner === undefined ? undefined : objectOf(scope, owner, extra);
      const member =
        object === undefined || name === undefined
          ? undefined
          : memberType(scope, object, name, extra);
      return member ?? typeOf(scope, name, extra);
    }
    case "template_type":
    case "template_function":
      return templateType(scope, node, extra);
    case "struct_specifier":
    case "class_specifier": {
      const object = objectOf(scope, node, extra);
      return object === undefined ? plainInfo : objectInfo(scope, object);
    }
    default: {
      const text = textOf(scope.file, node);
      const known = scope.types.get(text);
      if (known !== undefined) return known;
      const object = scope.structs.has(text) ? objectOf(scope, node, extra) : undefined;
      if (object !== undefined) return objectInfo(scope, object);
      return { type: builtInType(text) ?? intType, isStream: false, dims: [] };
    }
  }
}

function templateType(
  scope: FileScope,
  node: CppNode,
  extra: ReadonlyMap<string, number> | undefined,
): TypeInfo {
  const nameNode = fieldOf(node, "name");
  const name = nameNode === undefined ? "" : textOf(scope.file, nameNode);
  const args = fieldOf(node, "arguments")?.children ?? [];
  const [first, second] = args;
  const inner = (): TypeInfo => typeOf(scope, first, extra);
  const alias = scope.aliases.get(name);
  if (alias !== undefined) {
    const bound = bindTemplate(scope, alias.parameters, args, extra ?? new Map());
    return withTypes(scope, bound.types, () =>
      typeOf(scope, alias.type, new Map([...(extra ?? []), ...bound.constants])),
    );
  }
  if (scope.structs.has(name)) {
    const object = objectOf(scope, node, extra);
    if (object !== undefined) return objectInfo(scope, object);
  }
  if (streams.test(name)) return { ...inner(), isStream: true };
  if (blocks.test(name)) return { ...inner(), isStream: false };
  const width = first === undefined ? undefined : constantOf(scope, first, extra);
  if (words.test(name)) {
    if (width === undefined) return inner();
    const type = arbitraryType("ap_uint", width) ?? intType;
    return { type, isStream: false, dims: [] };
  }
  if (name === "vector" && second !== undefined) {
    const lanes = constantOf(scope, second, extra);
    const { type } = inner();
    // Of a test bench (`std::vector<int, allocator>`) nothing is known.
    return { type: lanes === undefined ? type : { ...type, lanes }, isStream: false, dims: [] };
  }
  if (name === "array" && second !== undefined) {
    const info = inner();
    return { ...info, dims: [constantOf(scope, second, extra), ...info.dims] };
  }
  if (/^(complex|x_complex)$/.test(name)) {
    const { type } = inner();
    return { type: { ...type, lanes: 2 }, isStream: false, dims: [] };
  }
  const arbitrary = arbitraryType(name, width);
  return arbitrary === undefined ? inner() : { type: arbitrary, isStream: false, dims: [] };
}

/** A word as wide as all members side by side. */
function objectInfo(scope: FileScope, object: ObjectType): TypeInfo {
  let bits = 0;
  for (const { info } of fieldsOf(scope, object)) {
    const elements = info.dims.reduce<number>((product, dim) => product * (dim ?? 1), 1);
    bits += info.type.bits * (info.type.lanes ?? 1) * elements;
  }
  const type: ElementType =
    bits === 0 ? intType : { kind: "int", bits, isSigned: false, isArbitrary: true };
  return { type, isStream: false, dims: [], object };
}

export interface Field {
  readonly name: string;
  readonly info: TypeInfo;
  readonly isStatic: boolean;
}

/** Members of a class that hold something, those of what it inherits from first. */
export function fieldsOf(scope: FileScope, object: ObjectType): readonly Field[] {
  const found = object.bases.flatMap((base) => fieldsOf(scope, base));
  const own = withTypes(scope, object.types, () => ownFields(scope, object));
  return [...found, ...own];
}

function ownFields(scope: FileScope, { node, constants }: ObjectType): readonly Field[] {
  const fields: Field[] = [];
  for (const member of (fieldOf(node, "body") ?? node).children) {
    if (member.type !== "field_declaration") continue;
    const isStatic = member.children.some(
      (child) => child.type === "storage_class_specifier" && textOf(scope.file, child) === "static",
    );
    const info = typeOf(scope, fieldOf(member, "type"), constants);
    for (const child of member.children) {
      if (child.field !== "declarator") continue;
      const found = declaratorOf(scope, child, constants);
      if (found === undefined || found.parameters !== undefined) continue;
      if (isStatic && constants.has(found.name)) continue;
      const dims = [...found.dims, ...info.dims];
      fields.push({ name: found.name, info: { ...info, dims }, isStatic });
    }
  }
  return fields;
}

/** With names of types that mean something for a while. */
export function withTypes<T>(
  scope: FileScope,
  types: ReadonlyMap<string, TypeInfo>,
  run: () => T,
): T {
  const before = [...types.keys()].map((name) => [name, scope.types.get(name)] as const);
  for (const [name, info] of types) scope.types.set(name, info);
  try {
    return run();
  } finally {
    for (const [name, info] of before)
      if (info === undefined) scope.types.delete(name);
      else scope.types.set(name, info);
  }
}

/** What a side channel of a stream's word is: `data` the word itself, `last` a bit. */
export function sideChannel(field: string, word: ElementType): ElementType | undefined {
  if (field === "data") return word;
  if (field === "last") return boolType;
  if (field !== "keep" && field !== "strb") return undefined;
  return { ...boolType, bits: Math.max(1, Math.ceil(word.bits / 8)) };
}
