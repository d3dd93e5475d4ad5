import type { Affine } from "../affine.js";
import { fieldOf, textOf, type CppFile, type CppNode } from "../cpp-tree.js";
import { intType } from "../element-type.js";
import type { Variable } from "../ir.js";
import type { ProjectDirective } from "../project/project-file.js";
import { constantCall } from "./constant-call.js";
import { applyOperator, evaluateText } from "./constant-text.js";
import { objectOf } from "./objects.js";
import type { ObjectType, TypeInfo } from "./types.js";
import { typeOf } from "./types.js";

/** A function, or a method of a class, with its body. */
export interface FunctionEntry {
  readonly name: string;
  readonly node: CppNode;
  /** Parameters of its template. */
  readonly parameters: CppNode | undefined;
  /** The class that it is a method of. */
  readonly owner: string | undefined;
}

export interface FunctionMacro {
  readonly parameters: readonly string[];
  readonly body: string;
}

export interface StructEntry {
  readonly node: CppNode;
  /** Of a class template. */
  readonly parameters: CppNode | undefined;
  /** `Log<1>`: the arguments that this one is for. */
  readonly special?: CppNode | undefined;
}

/** What the file declares outside of functions. */
export interface FileScope {
  readonly file: CppFile;
  /** Bodies of object-like macros. */
  readonly macros: Map<string, string>;
  /** `#define DIVIDE_UP(a, b) (((a) + (b) - 1) / (b))`. */
  readonly functionMacros: Map<string, FunctionMacro>;
  /** `const int`, `constexpr`, enumerators, template parameters with a default. */
  readonly constants: Map<string, number>;
  /** Names of types; those of a template that is being read mean its arguments. */
  readonly types: Map<string, TypeInfo>;
  /** `template <int W> using word = ap_uint<W>;` */
  readonly aliases: Map<string, { readonly parameters: CppNode; readonly type: CppNode }>;
  readonly globals: Map<string, Variable>;
  /** Of those that are objects, their class. */
  readonly globalObjects: Map<string, ObjectType>;
  readonly functions: Map<string, readonly FunctionEntry[]>;
  readonly structs: Map<string, readonly StructEntry[]>;
  /** What scripts of the project say beside the source's pragmas. */
  readonly beside: readonly ProjectDirective[];
  /** How deep constants and types have been followed, and in how many steps: templates may lead back to themselves. */
  readonly followed: Followed;
}

export interface Followed {
  depth: number;
  /** Of the constant or type that is asked for now, and of the whole file. */
  steps: number;
  allSteps: number;
}

export const nothingFollowed = (): Followed => ({ depth: 0, steps: 0, allSteps: 0 });

/** Where the first subscripts of a parameter have been given already: `row` of `sum(matrix[i])`. */
export interface Leading {
  readonly indices: readonly (Affine | undefined)[];
  /** Of the first subscript that follows: `sum(vector + 16)`. */
  readonly offset: Affine | undefined;
}

/** What names mean at one point of a function. */
export interface LocalScope {
  readonly variables: Map<string, Variable>;
  /** Scalars whose value is an affine function of iterators here. */
  readonly values: Map<string, Affine>;
  /** What a parameter of a function that was put in place stands for. */
  readonly aliases: Map<string, string>;
  readonly leading: Map<string, Leading>;
  /** Goes before the names of its locals. */
  readonly prefix: string;
  readonly constants: ReadonlyMap<string, number>;
  /** The class whose method this is. */
  readonly owner: ObjectType | undefined;
  /** Functions that a variable holds, with the scope that they see. */
  readonly lambdas: Map<string, { readonly node: CppNode; readonly scope: LocalScope }>;
}

/** Deeper than people nest templates, and shallow enough for the stack. */
const mostDepth = 60;

/** Steps of one constant or type: a logarithm takes 64; two branches at each of 60 levels never end, nor does an endless loop. */
const mostSteps = 20_000;
/** Large libraries of templates take 70,000 in all (hls4ml's with their `ap_int`), 340 for one of them; beyond, one has to do with these. */
const mostStepsOfFile = 1_000_000;
const stepsBeyond = 1000;
/** A type or a call, with the maps of names that it makes, against a statement of a constant function. */
const stepsOfName = 8;

/** Whether there may be one step more. */
export function takesStep({ followed }: FileScope, count = 1): boolean {
  if (followed.depth === 0) followed.steps = 0;
  followed.steps += count;
  followed.allSteps += count;
  return followed.steps <= (followed.allSteps <= mostStepsOfFile ? mostSteps : stepsBeyond);
}

/** Runs what may lead back to itself; undefined beyond the bounds. */
export function bounded<T>(scope: FileScope, run: () => T): T | undefined {
  const { followed } = scope;
  if (followed.depth >= mostDepth || !takesStep(scope, stepsOfName)) return undefined;
  followed.depth += 1;
  try {
    return run();
  } finally {
    followed.depth -= 1;
  }
}

export function lookupConstant(
  scope: FileScope,
  name: string,
  extra?: ReadonlyMap<string, number>,
): number | undefined {
  const known = extra?.get(name) ?? scope.constants.get(name);
  if (known !== undefined) return known;
  const macro = scope.macros.get(name);
  if (macro === undefined) return undefined;
  return bounded(scope, () => evaluateText(macro, (inner) => lookupConstant(scope, inner, extra)));
}

/** The value of a constant expression of the tree. */
export function constantOf(
  scope: FileScope,
  node: CppNode,
  extra?: ReadonlyMap<string, number>,
): number | undefined {
  const of = (inner: CppNode | undefined): number | undefined =>
    inner === undefined ? undefined : constantOf(scope, inner, extra);
  switch (node.type) {
    case "number_literal":
      return evaluateText(textOf(scope.file, node).replace(/'/g, ""), () => undefined);
    case "identifier":
    case "type_identifier":
      return lookupConstant(scope, textOf(scope.file, node), extra);
    case "qualified_identifier":
      return qualifiedConstant(scope, node, extra);
    case "char_literal":
      return textOf(scope.file, node).charCodeAt(1);
    case "true":
      return 1;
    case "false":
      return 0;
    case "parenthesized_expression":
    case "type_descriptor":
    case "initializer_list":
    case "dependent_type":
      return of(node.children[0]);
    case "init_declarator":
    case "cast_expression":
      return of(fieldOf(node, "value"));
    case "unary_expression": {
      const value = of(fieldOf(node, "argument"));
      if (value === undefined) return undefined;
      const operator = fieldOf(node, "operator")?.type;
      if (operator === "!") return value === 0 ? 1 : 0;
      return operator === "-"
        ? -value
        : operator === "+"
          ? value
          : operator === "~" && Number.isInteger(value)
            ? -value - 1
            : undefined;
    }
    case "conditional_expression": {
      const condition = of(fieldOf(node, "condition"));
      if (condition === undefined) return undefined;
      return of(fieldOf(node, condition === 0 ? "alternative" : "consequence"));
    }
    case "sizeof_expression": {
      const type = fieldOf(node, "type");
      if (type === undefined) return undefined;
      const { bits, lanes = 1 } = typeOf(scope, type, extra).type;
      return 2 ** Math.ceil(Math.log2(Math.max(1, Math.ceil((bits * lanes) / 8))));
    }
    case "call_expression":
      return bounded(scope, () => constantCall(scope, node, extra));
    case "binary_expression": {
      const [left, right] = [fieldOf(node, "left"), fieldOf(node, "right")];
      const operator = fieldOf(node, "operator")?.type ?? "";
      const a = of(left);
      if (a === undefined) return undefined;
      if (operator === "&&" && a === 0) return 0;
      if (operator === "||" && a !== 0) return 1;
      const b = of(right);
      return b === undefined ? undefined : applyOperator(operator, a, b);
    }
    default:
      return undefined;
  }
}

/** `Config::size`, `Fir<4>::taps`, `ns::N`. */
function qualifiedConstant(
  scope: FileScope,
  node: CppNode,
  extra: ReadonlyMap<string, number> | undefined,
): number | undefined {
  const known = lookupConstant(scope, textOf(scope.file, node), extra);
  if (known !== undefined) return known;
  const [owner, name] = [fieldOf(node, "scope"), fieldOf(node, "name")];
  if (name === undefined) return undefined;
  const object =
    owner === undefined ? undefined : bounded(scope, () => objectOf(scope, owner, extra));
  const member = object?.constants.get(textOf(scope.file, name));
  return member ?? constantOf(scope, name, extra);
}

export interface Declarator {
  readonly name: string;
  readonly node: CppNode;
  readonly dims: readonly (number | undefined)[];
  readonly isPointer: boolean;
  readonly isReference: boolean;
  readonly initial: CppNode | undefined;
  readonly parameters: CppNode | undefined;
  /** `Engine` of `Engine::run`; the scope as it is written. */
  readonly owner: CppNode | undefined;
}

/** Unwraps `*a`, `a[4][N]`, `a = 3`, `f(…)`, `Engine::run(…)` down to the name. */
export function declaratorOf(
  scope: FileScope,
  node: CppNode,
  extra?: ReadonlyMap<string, number>,
): Declarator | undefined {
  const dims: (number | undefined)[] = [];
  let [isPointer, isReference] = [false, false];
  let initial: CppNode | undefined;
  let parameters: CppNode | undefined;
  let owner: CppNode | undefined;
  let at: CppNode | undefined = node;
  while (at !== undefined) {
    switch (at.type) {
      case "identifier":
      case "field_identifier":
      case "type_identifier":
      case "operator_name":
        return {
          name: textOf(scope.file, at).replace(/\s+/g, ""),
          node: at,
          dims: dims.reverse(),
          isPointer,
          isReference,
          initial,
          parameters,
          owner,
        };
      case "qualified_identifier":
        owner = fieldOf(at, "scope") ?? owner;
        at = fieldOf(at, "name");
        continue;
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
      case "reference_declarator":
        isReference = true;
        break;
      case "function_declarator":
        parameters ??= fieldOf(at, "parameters");
        break;
      default:
        break;
    }
    at =
      fieldOf(at, "declarator") ??
      at.children.find(({ type }) => /declarator$|identifier$|^operator_name$/.test(type));
  }
  return undefined;
}

/** What a parameter or member is when nothing says it. */
export const plainInfo: TypeInfo = { type: intType, isStream: false, dims: [] };
