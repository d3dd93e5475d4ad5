import type { Outcome, Problem } from "../../base/problem.js";
import { childrenOf, fieldOf, textOf, type CppFile, type CppNode } from "../cpp-tree.js";
import { directiveOf, type Directive } from "../directives.js";
import type { HlsFunction, HlsUnit, Variable } from "../ir.js";
import { evaluateText } from "./constant-text.js";
import type { ProjectDirective } from "../project/project-file.js";
import { FunctionReader } from "./function-reader.js";
import { readPragma } from "./pragma.js";
import { tableType } from "./constant-table.js";
import { activeChildren } from "./conditional-text.js";
import { objectOf } from "./objects.js";
import {
  constantOf,
  declaratorOf,
  lookupConstant,
  nothingFollowed,
  type FileScope,
  type FunctionEntry,
} from "./scope.js";
import { typeOf, withTypes, type ObjectType, type TypeInfo } from "./types.js";

/** What is known of a source beside its text. */
export interface Beside {
  readonly directives?: readonly ProjectDirective[];
  readonly defines?: Readonly<Record<string, string>>;
}

/** Reads every function of a C or C++ file; what it cannot make sense of becomes a problem, and the rest is read. */
export function readUnit(file: CppFile, beside: Beside = {}): Outcome<HlsUnit> {
  const scope = emptyScope(file, beside.directives ?? []);
  for (const [name, text] of Object.entries(beside.defines ?? {})) scope.macros.set(name, text);
  const problems: Problem[] = [];
  if (file.isCut)
    problems.push({
      code: "RP5311",
      severity: "warning",
      message: "The file is nested too deeply or is too large; only its beginning was read.",
      place: { kind: "text", span: { start: 0, end: 0 } },
    });
  reportErrors(file, problems);
  const found: Found[] = [];
  const ownLength = file.ownLength ?? Infinity;
  const nodes = headersFirst(file.root, ownLength);
  collect(scope, nodes, found, { constants: new Map(), before: [] });
  const functions: HlsFunction[] = [];
  for (const one of found) {
    // Functions of headers are there to be called.
    if (one.node.start >= ownLength) continue;
    const read = readFunction(scope, one);
    if (read === undefined) continue;
    problems.push(...read.problems);
    functions.push(read.value);
  }
  return { value: { functions }, problems: distinct(problems) };
}

/** Headers stand behind the text that includes them, and are to be read before it. */
function headersFirst({ children }: CppNode, ownLength: number): readonly CppNode[] {
  const isOwn = ({ start }: CppNode): boolean => start < ownLength;
  return [...children.filter((one) => !isOwn(one)), ...children.filter(isOwn)];
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify([problem.code, problem.message, problem.place]);
    return !seen.has(key) && seen.add(key);
  });
}

interface Found extends FunctionEntry {
  readonly constants: ReadonlyMap<string, number>;
  readonly before: readonly Directive[];
}

function emptyScope(file: CppFile, beside: readonly ProjectDirective[]): FileScope {
  return {
    file,
    macros: new Map(),
    functionMacros: new Map(),
    constants: new Map(),
    types: new Map(),
    aliases: new Map(),
    globals: new Map(),
    globalObjects: new Map(),
    functions: new Map(),
    structs: new Map(),
    beside,
    followed: nothingFollowed(),
  };
}

const mostSyntaxProblems = 20;

function reportErrors(file: CppFile, problems: Problem[]): void {
  let count = 0;
  const visit = (node: CppNode): void => {
    if (count >= mostSyntaxProblems) return;
    if (node.start >= (file.ownLength ?? Infinity)) return;
    if (node.isError) {
      count += 1;
      problems.push({
        code: "RP5310",
        severity: "warning",
        message: "This is not read as C++; what it says is left out of the estimate.",
        place: {
          kind: "text",
          span: { start: node.start, end: Math.min(node.end, node.start + 80) },
        },
      });
      return;
    }
    node.children.forEach(visit);
  };
  visit(file.root);
}

interface Around {
  readonly constants: ReadonlyMap<string, number>;
  readonly before: readonly Directive[];
  /** Of the template around. */
  readonly parameters?: CppNode | undefined;
  /** The class around. */
  readonly owner?: string | undefined;
}

function collect(
  scope: FileScope,
  nodes: readonly CppNode[],
  found: Found[],
  around: Around,
): void {
  let before = [...around.before];
  for (const child of nodes) {
    const text = (field: string): string => {
      const part = fieldOf(child, field);
      return part === undefined ? "" : textOf(scope.file, part);
    };
    switch (child.type) {
      case "preproc_def":
        scope.macros.set(text("name"), text("value").trim());
        break;
      case "preproc_function_def":
        scope.functionMacros.set(text("name"), {
          parameters: (fieldOf(child, "parameters")?.children ?? []).map((one) =>
            textOf(scope.file, one),
          ),
          body: text("value").replace(/\\\r?\n/g, " "),
        });
        break;
      case "preproc_call": {
        const directive = readPragma(
          text("argument"),
          { start: child.start, end: child.end },
          (value) => evaluateText(value, (name) => lookupConstant(scope, name)),
        );
        if (directive !== undefined) before.push(directive);
        break;
      }
      case "type_definition":
      case "alias_declaration":
        defineType(scope, child, around.parameters, found);
        break;
      case "struct_specifier":
      case "class_specifier":
        defineClass(scope, child, found, around.parameters);
        break;
      case "enum_specifier":
        defineEnumerators(scope, child);
        break;
      case "declaration":
      case "field_declaration": {
        const type = fieldOf(child, "type");
        if (type !== undefined && /^(struct|class)_specifier$/.test(type.type))
          defineClass(scope, type, found, undefined);
        if (type?.type === "enum_specifier") defineEnumerators(scope, type);
        if (child.type === "declaration") defineGlobals(scope, child);
        break;
      }
      case "function_definition": {
        const declarator = fieldOf(child, "declarator");
        const named = declarator === undefined ? undefined : declaratorOf(scope, declarator);
        if (named !== undefined) {
          const owner = ownerOf(scope, named.owner) ?? around.owner;
          const { constants, parameters } = around;
          const entry = { name: named.name, node: child, parameters, owner };
          scope.functions.set(named.name, [...(scope.functions.get(named.name) ?? []), entry]);
          found.push({ ...entry, constants, before });
        }
        before = [];
        break;
      }
      case "template_declaration":
        collect(scope, child.children, found, {
          constants: templateConstants(scope, child),
          before,
          parameters: fieldOf(child, "parameters"),
          owner: around.owner,
        });
        before = [];
        break;
      default:
        if (/^preproc_/.test(child.type))
          collect(scope, activeChildren(scope, child), found, around);
        else if (/namespace_definition|linkage_specification|declaration_list/.test(child.type))
          collect(scope, child.children, found, around);
    }
  }
}

/** `Engine` of `Engine::run`, `Fir` of `Fir<N>::run`; undefined for namespaces. */
function ownerOf(scope: FileScope, node: CppNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const name = textOf(scope.file, fieldOf(node, "name") ?? node);
  return scope.structs.has(name) ? name : undefined;
}

function defineClass(
  scope: FileScope,
  node: CppNode,
  found: Found[],
  parameters: CppNode | undefined,
): void {
  const nameNode = fieldOf(node, "name");
  const body = fieldOf(node, "body");
  if (body === undefined) return;
  const special = nameNode?.type === "template_type" ? fieldOf(nameNode, "arguments") : undefined;
  const plain = nameNode?.type === "template_type" ? fieldOf(nameNode, "name") : nameNode;
  const name = plain === undefined ? "" : textOf(scope.file, plain);
  if (name !== "") {
    const entry = { node, parameters, ...(special !== undefined && { special }) };
    scope.structs.set(name, [...(scope.structs.get(name) ?? []), entry]);
  }
  const constants = new Map<string, number>();
  collect(scope, body.children, found, { constants, before: [], owner: name });
}

function defineType(
  scope: FileScope,
  node: CppNode,
  parameters: CppNode | undefined,
  found: Found[],
): void {
  const typeNode = fieldOf(node, "type");
  const nameNode = fieldOf(node, "declarator") ?? fieldOf(node, "name");
  if (typeNode === undefined || nameNode === undefined) return;
  const declared = declaratorOf(scope, nameNode);
  const name = declared?.name ?? textOf(scope.file, nameNode);
  if (parameters !== undefined) {
    scope.aliases.set(name, { parameters, type: typeNode });
    return;
  }
  if (/^(struct|class)_specifier$/.test(typeNode.type) && fieldOf(typeNode, "body") !== undefined) {
    defineClass(scope, typeNode, found, undefined);
    const isNamed = fieldOf(typeNode, "name") !== undefined;
    if (!isNamed) scope.structs.set(name, [{ node: typeNode, parameters: undefined }]);
  }
  if (typeNode.type === "enum_specifier") defineEnumerators(scope, typeNode);
  const info = typeOf(scope, typeNode);
  const dims = [...(declared?.dims ?? []), ...info.dims];
  // `typedef struct pixel { … } pixel;` is the struct itself.
  if (info.object?.name !== name) scope.types.set(name, { ...info, dims });
}

function defineEnumerators(scope: FileScope, node: CppNode): void {
  let next = 0;
  for (const one of childrenOf(fieldOf(node, "body") ?? node, "enumerator")) {
    const [name, value] = [fieldOf(one, "name"), fieldOf(one, "value")];
    const given = value === undefined ? undefined : constantOf(scope, value);
    next = given ?? next;
    if (name !== undefined) scope.constants.set(textOf(scope.file, name), next);
    next += 1;
  }
}

function defineGlobals(scope: FileScope, node: CppNode): void {
  const { type, isStream, dims: inner, object } = typeOf(scope, fieldOf(node, "type"));
  const isConstant = node.children.some(
    (child) => child.type === "type_qualifier" && /const/.test(textOf(scope.file, child)),
  );
  for (const child of node.children.filter(({ field }) => field === "declarator")) {
    const found = declaratorOf(scope, child);
    if (found === undefined || found.parameters !== undefined) continue;
    const value = found.initial === undefined ? undefined : constantOf(scope, found.initial);
    const dims = [...found.dims, ...inner];
    if (isConstant && value !== undefined && dims.length === 0) {
      scope.constants.set(found.name, value);
      continue;
    }
    if (object !== undefined) scope.globalObjects.set(found.name, object);
    const isTable = isConstant && found.initial?.type === "initializer_list";
    scope.globals.set(found.name, {
      name: found.name,
      type: isTable ? tableType(scope, type, found.initial) : type,
      dims,
      kind: "global",
      isStream,
      isConstant,
      span: { start: found.node.start, end: found.node.end },
    });
  }
}

/** `template <int N = 4>`: a default is the best that is known of a parameter. */
function templateConstants(scope: FileScope, node: CppNode): ReadonlyMap<string, number> {
  const constants = new Map<string, number>();
  for (const parameter of fieldOf(node, "parameters")?.children ?? []) {
    const value = fieldOf(parameter, "default_value");
    const declarator = fieldOf(parameter, "declarator");
    const name = declarator === undefined ? undefined : textOf(scope.file, declarator);
    const number = value === undefined ? undefined : constantOf(scope, value);
    if (name !== undefined && number !== undefined) constants.set(name, number);
  }
  return constants;
}

function readFunction(scope: FileScope, found: Found): Outcome<HlsFunction> | undefined {
  const { node, before } = found;
  const owner = found.owner === undefined ? undefined : classOf(scope, found.owner);
  const constants = new Map([...(owner?.constants ?? []), ...found.constants]);
  return withTypes(scope, owner?.types ?? new Map<string, TypeInfo>(), () => {
    const declaratorNode = fieldOf(node, "declarator");
    const declarator =
      declaratorNode === undefined ? undefined : declaratorOf(scope, declaratorNode, constants);
    if (declarator === undefined) return undefined;
    const reader = new FunctionReader(scope);
    for (const variable of scope.globals.values())
      reader.declare(variable, scope.globalObjects.get(variable.name));
    const parameters: Variable[] = [];
    for (const parameter of declarator.parameters?.children ?? []) {
      const inner = fieldOf(parameter, "declarator");
      const one = inner === undefined ? undefined : declaratorOf(scope, inner, constants);
      if (one === undefined) continue;
      const info = typeOf(scope, fieldOf(parameter, "type"), constants);
      const dims = [...one.dims, ...info.dims];
      const variable: Variable = {
        name: one.name,
        type: info.type,
        dims: one.isPointer && dims.length === 0 && !info.isStream ? [undefined] : dims,
        kind: "argument",
        isStream: info.isStream,
        isConstant: false,
        span: { start: one.node.start, end: one.node.end },
      };
      parameters.push(variable);
      reader.declare(variable, info.object);
    }
    const { steps, directives } = reader.read(node, declarator.name, constants, owner);
    const all = [...before, ...directives, ...reader.directives];
    const value: HlsFunction = {
      name: declarator.name,
      nameSpan: { start: declarator.node.start, end: declarator.node.end },
      span: { start: node.start, end: node.end },
      parameters,
      variables: reader.variables,
      body: steps,
      directives: all,
      isMarkedTop:
        directiveOf(all, "top") !== undefined || directiveOf(all, "interface") !== undefined,
      ...(reader.uncounted.length > 0 && { uncounted: reader.uncounted }),
    };
    return { value, problems: reader.problems };
  });
}

/** A class whose template's arguments nothing says has its defaults. */
function classOf(scope: FileScope, name: string): ObjectType | undefined {
  const node = scope.structs.get(name)?.[0]?.node;
  const named = node && fieldOf(node, "name");
  return named && objectOf(scope, named, new Map());
}
