import { fieldOf, textOf, type CppFile, type CppNode } from "../../hls/cpp-tree.js";
import { macroPrefix } from "./prepare.js";

/** What a file of CUDA C++ declares outside of functions. */
export interface CudaUnit {
  readonly file: CppFile;
  /** In the order of the text; headers' come last. */
  readonly kernels: readonly CudaFunction[];
  /** Everything that can be called, by its last name. */
  readonly functions: ReadonlyMap<string, CudaFunction>;
  /** Functions of the host, in which launches stand. */
  readonly hosts: readonly CudaFunction[];
  /** Function-like macros whose body was parsed. */
  readonly macros: ReadonlyMap<string, CudaFunction>;
  /** Object-like macros, as text. */
  readonly defines: ReadonlyMap<string, string>;
  /** Declarations of the file: constants, arrays in constant memory. */
  readonly globals: readonly { readonly node: CppNode; readonly isConstantMemory: boolean }[];
  readonly types: ReadonlyMap<string, CppNode>;
}

export interface CudaFunction {
  readonly name: string;
  readonly nameNode: CppNode;
  readonly node: CppNode;
  readonly body: CppNode;
  readonly parameters: readonly CppNode[];
  /** Of the template around, if it is one. */
  readonly template: CppNode | undefined;
  /** The words before its body, attributes among them, as the file has them. */
  readonly head: string;
}

export function readUnit(file: CppFile): CudaUnit {
  const unit = {
    file,
    kernels: [] as CudaFunction[],
    functions: new Map<string, CudaFunction>(),
    hosts: [] as CudaFunction[],
    macros: new Map<string, CudaFunction>(),
    defines: new Map<string, string>(),
    globals: [] as { node: CppNode; isConstantMemory: boolean }[],
    types: new Map<string, CppNode>(),
  };
  collect(file, file.root, undefined, unit, 0);
  return unit;
}

type Building = ReturnType<typeof readUnit> & {
  kernels: CudaFunction[];
  functions: Map<string, CudaFunction>;
  hosts: CudaFunction[];
  macros: Map<string, CudaFunction>;
  defines: Map<string, string>;
  globals: { node: CppNode; isConstantMemory: boolean }[];
  types: Map<string, CppNode>;
};

function collect(
  file: CppFile,
  node: CppNode,
  template: CppNode | undefined,
  unit: Building,
  depth: number,
): void {
  if (depth > 60) return;
  for (const child of node.children) {
    switch (child.type) {
      case "preproc_def": {
        const [name, value] = [fieldOf(child, "name"), fieldOf(child, "value")];
        if (name !== undefined && value !== undefined)
          unit.defines.set(textOf(file, name), withoutComment(textOf(file, value)));
        break;
      }
      case "template_declaration":
        collect(file, child, fieldOf(child, "parameters"), unit, depth + 1);
        break;
      case "function_definition":
        addFunction(file, child, template, unit);
        break;
      case "declaration": {
        const before = file.text.slice(Math.max(0, child.start - 40), child.end);
        unit.globals.push({ node: child, isConstantMemory: /__constant__/.test(before) });
        break;
      }
      case "alias_declaration":
      case "type_definition": {
        const name = fieldOf(child, "name") ?? fieldOf(child, "declarator");
        const type = fieldOf(child, "type");
        if (name !== undefined && type !== undefined) unit.types.set(textOf(file, name), type);
        break;
      }
      case "struct_specifier":
      case "class_specifier":
      case "field_declaration_list":
      case "namespace_definition":
      case "linkage_specification":
      case "declaration_list":
      case "preproc_if":
      case "preproc_ifdef":
      case "preproc_else":
      case "preproc_elif":
      case "ERROR":
        collect(file, child, template, unit, depth + 1);
        break;
      default:
        break;
    }
  }
}

function withoutComment(text: string): string {
  return text
    .replace(/\/\/.*$/s, "")
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .trim();
}

function addFunction(
  file: CppFile,
  node: CppNode,
  template: CppNode | undefined,
  unit: Building,
): void {
  const body = fieldOf(node, "body");
  let at = fieldOf(node, "declarator");
  while (at !== undefined && at.type !== "function_declarator") at = fieldOf(at, "declarator");
  let name = at === undefined ? undefined : fieldOf(at, "declarator");
  while (name !== undefined && name.type === "qualified_identifier") name = fieldOf(name, "name");
  if (body === undefined || at === undefined || name === undefined) return;
  const found: CudaFunction = {
    name: textOf(file, name),
    nameNode: name,
    node,
    body,
    parameters: fieldOf(at, "parameters")?.children ?? [],
    template,
    head: headOf(file.text, node.start, body.start),
  };
  if (found.name.startsWith(macroPrefix)) {
    unit.macros.set(found.name.slice(macroPrefix.length), found);
    return;
  }
  if (/__global__/.test(found.head)) unit.kernels.push(found);
  else if (!unit.functions.has(found.name)) unit.functions.set(found.name, found);
  if (!/__(?:global|device)__/.test(found.head)) unit.hosts.push(found);
}

/** Attributes are blanks to the parser: they may stand before the node that it sees. */
function headOf(text: string, start: number, body: number): string {
  let from = start;
  while (from > 0 && start - from < longestHead && !/[;{}]/.test(text[from - 1] ?? "")) from -= 1;
  return text.slice(from, body);
}

const longestHead = 400;
