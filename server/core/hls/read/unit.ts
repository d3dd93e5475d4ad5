import type { Outcome, Problem } from "../../base/problem.js";
import { childrenOf, fieldOf, textOf, type CppFile, type CppNode } from "../cpp-tree.js";
import { directiveOf, type Directive } from "../directives.js";
import type { HlsFunction, HlsUnit, Variable } from "../ir.js";
import { evaluateText } from "./constant-text.js";
import type { ProjectDirective } from "../project/project-file.js";
import { FunctionReader } from "./function-reader.js";
import { readPragma } from "./pragma.js";
import { constantOf, declaratorOf, lookupConstant, typeOf, type FileScope } from "./scope.js";

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
  collect(scope, headersFirst(file.root, ownLength), found, { constants: new Map(), before: [] });
  const functions: HlsFunction[] = [];
  for (const { node, constants, before } of found) {
    // Functions of headers are there to be called.
    if (node.start >= ownLength) continue;
    const read = readFunction(scope, node, constants, before);
    if (read === undefined) continue;
    problems.push(...read.problems);
    functions.push(read.value);
  }
  return { value: { functions }, problems: distinct(problems) };
}

/** Headers stand behind the text that includes them, and are to be read before it. */
function headersFirst(root: CppNode, ownLength: number): CppNode {
  const isOwn = ({ start }: CppNode): boolean => start < ownLength;
  const { children } = root;
  return {
    ...root,
    children: [...children.filter((one) => !isOwn(one)), ...children.filter(isOwn)],
  };
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify([problem.code, problem.message, problem.place]);
    return !seen.has(key) && seen.add(key);
  });
}

interface Found {
  readonly node: CppNode;
  readonly constants: ReadonlyMap<string, number>;
  readonly before: readonly Directive[];
}

function emptyScope(file: CppFile, beside: readonly ProjectDirective[]): FileScope {
  return {
    file,
    macros: new Map(),
    constants: new Map(),
    types: new Map(),
    streams: new Set(),
    members: new Map(),
    globals: new Map(),
    functions: new Map(),
    templates: new Map(),
    structs: new Map(),
    beside,
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

function collect(
  scope: FileScope,
  node: CppNode,
  found: Found[],
  around: {
    readonly constants: ReadonlyMap<string, number>;
    readonly before: readonly Directive[];
    /** Of the template around. */
    readonly parameters?: CppNode | undefined;
  },
): void {
  let before = [...around.before];
  for (const child of node.children) {
    const text = (field: string): string => {
      const part = fieldOf(child, field);
      return part === undefined ? "" : textOf(scope.file, part);
    };
    switch (child.type) {
      case "preproc_def":
        scope.macros.set(text("name"), text("value").trim());
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
        defineType(scope, child);
        break;
      case "struct_specifier":
      case "class_specifier":
        defineMembers(scope, child);
        scope.structs.set(text("name"), {
          node: child,
          ...(around.parameters !== undefined && { parameters: around.parameters }),
        });
        collectChildren(scope, child, found);
        break;
      case "enum_specifier":
        defineEnumerators(scope, child);
        break;
      case "declaration":
        defineGlobals(scope, child);
        break;
      case "function_definition": {
        const declarator = fieldOf(child, "declarator");
        const name = declarator === undefined ? undefined : declaratorOf(scope, declarator)?.name;
        if (name !== undefined) {
          scope.functions.set(name, child);
          if (around.parameters !== undefined) scope.templates.set(name, around.parameters);
          found.push({ node: child, constants: around.constants, before });
        }
        before = [];
        break;
      }
      case "template_declaration":
        collect(scope, child, found, {
          constants: templateConstants(scope, child),
          before,
          parameters: fieldOf(child, "parameters"),
        });
        before = [];
        break;
      default:
        if (
          /^preproc_(if|else|elif)|namespace_definition|linkage_specification|declaration_list/.test(
            child.type,
          )
        )
          collect(scope, child, found, around);
    }
  }
}

function collectChildren(scope: FileScope, node: CppNode, found: Found[]): void {
  const body = fieldOf(node, "body");
  if (body !== undefined) collect(scope, body, found, { constants: new Map(), before: [] });
}

function defineType(scope: FileScope, node: CppNode): void {
  const typeNode = fieldOf(node, "type");
  const nameNode = fieldOf(node, "declarator") ?? fieldOf(node, "name");
  if (typeNode === undefined || nameNode === undefined) return;
  if (/^(struct|class)_specifier$/.test(typeNode.type)) defineMembers(scope, typeNode);
  const name = declaratorOf(scope, nameNode)?.name ?? textOf(scope.file, nameNode);
  const { type, isStream } = typeOf(scope, typeNode);
  scope.types.set(name, type);
  if (isStream) scope.streams.add(name);
}

function defineMembers(scope: FileScope, node: CppNode): void {
  for (const member of childrenOf(fieldOf(node, "body") ?? node, "field_declaration")) {
    const { type } = typeOf(scope, fieldOf(member, "type"));
    for (const child of member.children.filter(({ field }) => field === "declarator")) {
      const found = declaratorOf(scope, child);
      if (found !== undefined) scope.members.set(found.name, { type, dims: found.dims });
    }
  }
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
  const { type, isStream } = typeOf(scope, fieldOf(node, "type"));
  const isConstant = node.children.some(
    (child) => child.type === "type_qualifier" && /const/.test(textOf(scope.file, child)),
  );
  for (const child of node.children.filter(({ field }) => field === "declarator")) {
    const found = declaratorOf(scope, child);
    if (found === undefined || found.parameters !== undefined) continue;
    const value = found.initial === undefined ? undefined : constantOf(scope, found.initial);
    if (isConstant && value !== undefined && found.dims.length === 0) {
      scope.constants.set(found.name, value);
      continue;
    }
    scope.globals.set(found.name, {
      name: found.name,
      type,
      dims: found.dims,
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

function readFunction(
  scope: FileScope,
  node: CppNode,
  constants: ReadonlyMap<string, number>,
  before: readonly Directive[],
): Outcome<HlsFunction> | undefined {
  const declaratorNode = fieldOf(node, "declarator");
  const declarator =
    declaratorNode === undefined ? undefined : declaratorOf(scope, declaratorNode, constants);
  if (declarator === undefined) return undefined;
  const reader = new FunctionReader(scope);
  const parameters: Variable[] = [];
  for (const parameter of declarator.parameters?.children ?? []) {
    const inner = fieldOf(parameter, "declarator");
    const found = inner === undefined ? undefined : declaratorOf(scope, inner, constants);
    if (found === undefined) continue;
    const { type, isStream } = typeOf(scope, fieldOf(parameter, "type"), constants);
    const variable: Variable = {
      name: found.name,
      type,
      dims: found.isPointer && found.dims.length === 0 ? [undefined] : found.dims,
      kind: "argument",
      isStream,
      isConstant: false,
      span: { start: found.node.start, end: found.node.end },
    };
    parameters.push(variable);
    reader.variables.set(found.name, variable);
  }
  const { steps, directives } = reader.read(node, declarator.name, constants);
  for (const [name, variable] of scope.globals)
    if (!reader.variables.has(name)) reader.variables.set(name, variable);
  const all = [...before, ...directives, ...reader.directives];
  const value: HlsFunction = {
    name: declarator.name,
    nameSpan: { start: declarator.node.start, end: declarator.node.end },
    span: { start: node.start, end: node.end },
    parameters,
    variables: withMembers(scope, reader.variables, steps),
    body: steps,
    directives: all,
    isMarkedTop:
      directiveOf(all, "top") !== undefined || directiveOf(all, "interface") !== undefined,
  };
  return { value, problems: reader.problems };
}

/** Members of structs that the steps name are variables of their own. */
function withMembers(
  scope: FileScope,
  variables: ReadonlyMap<string, Variable>,
  steps: HlsFunction["body"],
): ReadonlyMap<string, Variable> {
  const all = new Map(variables);
  const visit = (list: HlsFunction["body"]): void => {
    for (const step of list) {
      if (step.kind === "loop" || step.kind === "call") visit(step.body);
      else if (step.kind === "branch") {
        visit(step.then);
        visit(step.otherwise);
      } else addMember(step.target.name);
    }
  };
  const addMember = (name: string): void => {
    if (all.has(name) || !name.includes(".")) return;
    const owner = all.get(name.slice(0, name.lastIndexOf(".")));
    const member = scope.members.get(name.slice(name.lastIndexOf(".") + 1));
    if (member === undefined) return;
    all.set(name, {
      name,
      type: member.type,
      dims: [...(owner?.dims ?? []), ...member.dims],
      kind: owner?.kind ?? "local",
      isStream: false,
      isConstant: false,
      span: owner?.span ?? { start: 0, end: 0 },
    });
  };
  visit(steps);
  return all;
}
