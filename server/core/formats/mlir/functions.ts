import { attributeOfItem, isMark, textOf } from "./items.js";
import type { MlirArgument, MlirAttribute, MlirItem, MlirOperation, MlirType } from "./syntax.js";

export interface MlirFunction {
  readonly name: string;
  readonly isPrivate: boolean;
  readonly operation: MlirOperation;
  readonly arguments: readonly MlirArgument[];
}

/** A weight of the module: `util.global`, `ml_program.global`. */
export interface MlirGlobal {
  readonly name: string;
  readonly type: MlirType | undefined;
  readonly value: MlirAttribute | undefined;
  readonly operation: MlirOperation;
  /** It changes while the program runs: state, no weight. */
  readonly isMutable: boolean;
}

export interface MlirModule {
  readonly name: string;
  readonly operation: MlirOperation | undefined;
  readonly functions: readonly MlirFunction[];
  readonly globals: ReadonlyMap<string, MlirGlobal>;
}

const functionNames: ReadonlySet<string> = new Set([
  "func.func",
  "func",
  "util.func",
  "ml_program.func",
  "ml_program.subgraph",
  "builtin.func",
]);

/** The functions and globals of a text, those in nested modules included. */
export function readModule(operations: readonly MlirOperation[]): MlirModule {
  const functions: MlirFunction[] = [];
  const globals = new Map<string, MlirGlobal>();
  let module: MlirOperation | undefined;
  const walk = (list: readonly MlirOperation[], depth: number): void => {
    for (const operation of list) {
      const own = operation.name;
      if (own === "module" || own === "builtin.module") {
        module ??= operation;
        if (depth < moduleDepth)
          for (const { blocks } of operation.regions)
            for (const block of blocks) walk(block.operations, depth + 1);
      } else if (functionNames.has(own)) functions.push(readFunction(operation));
      else if (own.endsWith(".global") || own === "util.global") {
        const global = readGlobal(operation);
        if (global.name !== "" && !globals.has(global.name)) globals.set(global.name, global);
      }
    }
  };
  walk(operations, 0);
  return {
    name: module === undefined ? "" : symbolOf(module),
    operation: module,
    functions,
    globals,
  };
}

const moduleDepth = 8;

function readFunction(operation: MlirOperation): MlirFunction {
  const visibility = textOf(operation.attributes.get("sym_visibility"));
  const name = symbolOf(operation);
  const [block] = operation.regions[0]?.blocks ?? [];
  return {
    name,
    isPrivate: visibility === "private" || hasWord(operation.items, "private"),
    operation,
    arguments: (block?.arguments ?? []).map((argument, index) => ({
      ...argument,
      attributes:
        argument.attributes.size > 0 ? argument.attributes : argumentAttributes(operation, index),
    })),
  };
}

/** Generic form has them in a list of their own. */
function argumentAttributes(
  operation: MlirOperation,
  index: number,
): ReadonlyMap<string, MlirAttribute> {
  const list = operation.attributes.get("arg_attrs");
  const entry = list?.kind === "list" ? list.items[index] : undefined;
  return entry?.kind === "dictionary" ? entry.entries : new Map<string, MlirAttribute>();
}

/** `@name`, or the attribute `sym_name`. */
export function symbolOf({ items, attributes }: MlirOperation): string {
  for (const item of items)
    if (item.kind === "attribute" && item.value.kind === "symbol") return item.value.name;
  return textOf(attributes.get("sym_name")) ?? "";
}

function hasWord(items: readonly MlirItem[], word: string): boolean {
  return items.some((item) => item.kind === "word" && item.text === word);
}

/** `util.global private @w = dense<…> : t`, `ml_program.global private mutable @w(dense<…> : t) : t` */
function readGlobal(operation: MlirOperation): MlirGlobal {
  const { items, attributes, resultTypes } = operation;
  const equals = items.findIndex((item) => isMark(item, "="));
  const group = items.find((item) => item.kind === "group" && item.open === "(");
  const given =
    equals >= 0
      ? items[equals + 1]
      : group?.kind === "group"
        ? group.items.find((item) => item.kind === "attribute")
        : undefined;
  const stated = attributes.get("type");
  return {
    name: symbolOf(operation),
    type: resultTypes[0] ?? (stated?.kind === "type" ? stated.type : undefined),
    value:
      (given && attributeOfItem(given)) ??
      attributes.get("value") ??
      attributes.get("initial_value"),
    operation,
    isMutable: hasWord(items, "mutable") || attributes.has("is_mutable"),
  };
}
