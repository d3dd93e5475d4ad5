import type { Affine } from "../affine.js";
import { fieldOf, textOf, type CppFile, type CppNode } from "../cpp-tree.js";
import { arbitraryType, builtInType, intType, type ElementType } from "../element-type.js";
import type { Variable } from "../ir.js";
import type { ProjectDirective } from "../project/project-file.js";
import { applyOperator, evaluateText } from "./constant-text.js";
import { membersOf } from "./templates.js";

/** What the file declares outside of functions. */
export interface FileScope {
  readonly file: CppFile;
  /** Bodies of object-like macros. */
  readonly macros: Map<string, string>;
  /** `const int`, `constexpr`, enumerators, template parameters with a default. */
  readonly constants: Map<string, number>;
  readonly types: Map<string, ElementType>;
  /** Names of types that are streams. */
  readonly streams: Set<string>;
  /** Members of structs by name: type and extents. */
  readonly members: Map<string, { readonly type: ElementType; readonly dims: Variable["dims"] }>;
  readonly globals: Map<string, Variable>;
  readonly functions: Map<string, CppNode>;
  /** Parameters of function templates. */
  readonly templates: Map<string, CppNode>;
  readonly structs: Map<string, { readonly node: CppNode; readonly parameters?: CppNode }>;
  /** What scripts of the project say beside the source's pragmas. */
  readonly beside: readonly ProjectDirective[];
}

/** What names mean at one point of a function. */
export interface LocalScope {
  readonly variables: Map<string, Variable>;
  /** Scalars whose value is an affine function of iterators here. */
  readonly values: Map<string, Affine>;
  /** What a parameter of a function that was put in place stands for. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Goes before the names of its locals. */
  readonly prefix: string;
  readonly constants: ReadonlyMap<string, number>;
}

export function lookupConstant(
  scope: FileScope,
  name: string,
  extra?: ReadonlyMap<string, number>,
  depth = 0,
): number | undefined {
  const known = extra?.get(name) ?? scope.constants.get(name);
  if (known !== undefined) return known;
  const macro = scope.macros.get(name);
  if (macro === undefined || depth > 20) return undefined;
  return evaluateText(macro, (inner) => lookupConstant(scope, inner, extra, depth + 1));
}

/** The value of a constant expression of the tree. */
export function constantOf(
  scope: FileScope,
  node: CppNode,
  extra?: ReadonlyMap<string, number>,
): number | undefined {
  switch (node.type) {
    case "number_literal":
      return evaluateText(textOf(scope.file, node).replace(/'/g, ""), () => undefined);
    case "identifier":
    case "type_identifier":
      return lookupConstant(scope, textOf(scope.file, node), extra);
    case "qualified_identifier": {
      const text = textOf(scope.file, node);
      const known = lookupConstant(scope, text, extra);
      if (known !== undefined) return known;
      const [owner, name] = [fieldOf(node, "scope"), fieldOf(node, "name")];
      if (owner === undefined || name === undefined) return undefined;
      return (
        membersOf(scope, owner, extra ?? new Map()).get(textOf(scope.file, name)) ??
        constantOf(scope, name, extra)
      );
    }
    case "char_literal":
      return textOf(scope.file, node).charCodeAt(1);
    case "true":
      return 1;
    case "false":
      return 0;
    case "parenthesized_expression":
    case "type_descriptor":
    case "init_declarator": {
      const inner = node.type === "init_declarator" ? fieldOf(node, "value") : node.children[0];
      return inner === undefined ? undefined : constantOf(scope, inner, extra);
    }
    case "cast_expression": {
      const value = fieldOf(node, "value");
      return value === undefined ? undefined : constantOf(scope, value, extra);
    }
    case "unary_expression": {
      const argument = fieldOf(node, "argument");
      const value = argument === undefined ? undefined : constantOf(scope, argument, extra);
      if (value === undefined) return undefined;
      const operator = fieldOf(node, "operator")?.type;
      return operator === "-" ? -value : operator === "+" ? value : undefined;
    }
    case "binary_expression": {
      const [left, right] = [fieldOf(node, "left"), fieldOf(node, "right")];
      const operator = fieldOf(node, "operator")?.type ?? "";
      if (left === undefined || right === undefined) return undefined;
      const a = constantOf(scope, left, extra);
      const b = constantOf(scope, right, extra);
      return a === undefined || b === undefined ? undefined : applyOperator(operator, a, b);
    }
    default:
      return undefined;
  }
}

/** The element type that a type node names; `int` where nothing is known of it. */
export function typeOf(
  scope: FileScope,
  node: CppNode | undefined,
  extra?: ReadonlyMap<string, number>,
): { readonly type: ElementType; readonly isStream: boolean } {
  if (node === undefined) return { type: intType, isStream: false };
  if (node.type === "qualified_identifier" || node.type === "type_descriptor")
    return typeOf(scope, fieldOf(node, "name") ?? fieldOf(node, "type") ?? node.children[0], extra);
  const text = textOf(scope.file, node);
  if (node.type === "template_type") {
    const nameNode = fieldOf(node, "name");
    const name = nameNode === undefined ? "" : textOf(scope.file, nameNode);
    const [first] = fieldOf(node, "arguments")?.children ?? [];
    // A `burst_maxi` gives and takes a word a cycle, as a stream does (UG1399, "Using manual burst").
    if (/^(stream|pipe|ac_channel|channel|stream_in|stream_out|burst_maxi)$/.test(name))
      return { type: typeOf(scope, first, extra).type, isStream: true };
    const width = first === undefined ? undefined : constantOf(scope, first, extra);
    const arbitrary = arbitraryType(name, width);
    return arbitrary === undefined
      ? { type: typeOf(scope, first, extra).type, isStream: false }
      : { type: arbitrary, isStream: false };
  }
  const type = scope.types.get(text) ?? builtInType(text) ?? intType;
  return { type, isStream: scope.streams.has(text) };
}

export interface Declarator {
  readonly name: string;
  readonly node: CppNode;
  readonly dims: readonly (number | undefined)[];
  readonly isPointer: boolean;
  readonly initial: CppNode | undefined;
  readonly parameters: CppNode | undefined;
}

/** Unwraps `*a`, `a[4][N]`, `a = 3`, `f(…)` down to the name. */
export function declaratorOf(
  scope: FileScope,
  node: CppNode,
  extra?: ReadonlyMap<string, number>,
): Declarator | undefined {
  const dims: (number | undefined)[] = [];
  let isPointer = false;
  let initial: CppNode | undefined;
  let parameters: CppNode | undefined;
  let at: CppNode | undefined = node;
  while (at !== undefined) {
    switch (at.type) {
      case "identifier":
      case "field_identifier":
      case "type_identifier":
        return {
          name: textOf(scope.file, at),
          node: at,
          dims: dims.reverse(),
          isPointer,
          initial,
          parameters,
        };
      case "init_declarator":
        initial = fieldOf(at, "value");
        break;
      case "array_declarator": {
        const size = fieldOf(at, "size");
        dims.push(size === undefined ? undefined : constantOf(scope, size, extra));
        break;
      }
      case "pointer_declarator":
        isPointer = true;
        break;
      case "function_declarator":
        parameters = fieldOf(at, "parameters");
        break;
      default:
        break;
    }
    at =
      fieldOf(at, "declarator") ??
      at.children.find(({ type }) => /declarator$|identifier$/.test(type));
  }
  return undefined;
}
