import { numbersOf, textOf } from "./items.js";
import { blockOf } from "./draft.js";
import type { MlirFunction } from "./functions.js";
import type { MlirArgument, MlirOperation } from "./syntax.js";
import { elementTypeOfType, extentsOf, knownExtents } from "./types.js";
import { isInteger } from "../../graph/element-type.js";

/**
 * Exporters of functional programs (JAX, torch-xla) hand weights in as arguments, like data. Some say which they are; of the
 * others it is what they do that tells: they are the filter of a convolution, the right operand of a product, a table that
 * rows are taken from, or one number for each channel, and never what a layer works on.
 */
export function weightArguments(
  main: MlirFunction,
  functions: ReadonlyMap<string, MlirFunction>,
): WeightArguments {
  const marks = main.arguments.map(markOf);
  if (marks.some((mark) => mark !== undefined)) {
    const marked = marks.flatMap((mark, index) => (mark === true ? [index] : []));
    return { indices: new Set(marked), isGuess: false };
  }
  const roles = rolesOf(main, functions, new Map());
  const found = main.arguments.flatMap((argument, index) =>
    isWeight(argument, roles[index]) ? [index] : [],
  );
  // Where nothing is left to work on, the guess is wrong.
  return { indices: new Set(found.length < main.arguments.length ? found : []), isGuess: true };
}

export interface WeightArguments {
  /** By their places. */
  readonly indices: ReadonlySet<number>;
  /** False where the exporter says which they are. */
  readonly isGuess: boolean;
}

/** What the exporter says of an argument: tt-mlir, JAX, and TensorFlow's saved models. */
function markOf({ attributes }: MlirArgument): boolean | undefined {
  for (const key of ["ttcore.argument_type", "tt.argument_type"]) {
    const mark = attributes.get(key);
    if (mark?.kind !== "dialect") continue;
    const [word] = mark.items;
    return word?.kind === "word" && (word.text === "parameter" || word.text === "constant");
  }
  const info = textOf(attributes.get("jax.arg_info"));
  if (info !== undefined && /^(?:params|variables|model)\b/.test(info)) return true;
  if (attributes.has("tf_saved_model.bound_input")) return true;
  return undefined;
}

interface Roles {
  /** Filter, right operand, table. */
  isStrong: boolean;
  /** Added to or multiplied with something of more axes. */
  isSide: boolean;
  isData: boolean;
}

function isWeight({ type }: MlirArgument, roles: Roles | undefined): boolean {
  const shape = knownExtents(extentsOf(type));
  const elementType = elementTypeOfType(type);
  if (roles === undefined || roles.isData || shape === undefined || shape.length === 0)
    return false;
  // A kernel on buffers is handed all that it works on.
  if (type?.kind === "tensor" && type.container === "memref") return false;
  if (roles.isStrong) return shape.length > 1;
  return roles.isSide && shape.length === 1 && elementType !== undefined && !isInteger(elementType);
}

/** Where an operation has its weights among its operands. */
const strongOperands: Readonly<Record<string, readonly number[]>> = {
  convolution: [1],
  dot: [1],
  dot_general: [1],
  gather: [0],
  torch_index_select: [0],
  batch_norm_inference: [1, 2, 3, 4],
  conv2d: [1, 2],
  depthwise_conv2d: [1, 2],
  matmul: [1],
  linear: [1, 2],
  embedding: [0],
};

/** They change how a value lies and nothing else, or each element by itself. */
const transparent: ReadonlySet<string> = new Set([
  "reshape",
  "transpose",
  "permute",
  "convert",
  "broadcast_in_dim",
  "broadcast",
  "slice",
  "expand_shape",
  "collapse_shape",
  "rsqrt",
  "sqrt",
  "negate",
  "exponential",
  "reverse",
]);

/** Calls within calls are followed to here. */
const depthLimit = 32;
/** What is made of more arguments than these is no weight. */
const originLimit = 64;

/** Of a value: the arguments that it is made of, and whether it has been broadcast. */
interface Origin {
  readonly arguments: readonly number[];
  readonly isGrown: boolean;
}

function rolesOf(
  definition: MlirFunction,
  functions: ReadonlyMap<string, MlirFunction>,
  known: Map<MlirFunction, readonly Roles[]>,
  depth = 0,
): readonly Roles[] {
  const { arguments: list, operation } = definition;
  const roles = list.map((): Roles => ({ isStrong: false, isSide: false, isData: false }));
  // Put there first, so that a function that calls itself ends.
  known.set(definition, roles);
  const origins = new Map<string, Origin>();
  const constants = new Set<string>();
  list.forEach(({ name }, index) => origins.set(name, { arguments: [index], isGrown: false }));
  const mark = (origin: Origin, role: keyof Roles): void => {
    for (const index of origin.arguments) {
      const found = roles[index];
      if (found !== undefined) found[role] = true;
    }
  };
  const rankOf = (index: number): number => extentsOf(list[index]?.type)?.length ?? 0;
  for (const own of blockOf(operation.regions[0])) {
    const name = own.name.slice(own.name.lastIndexOf(".") + 1);
    const made = own.results[0]?.name ?? "";
    const callee = /^(?:func\.)?call$/.test(own.name) ? calleeOf(own, functions) : undefined;
    if (own.operands.length === 0) {
      constants.add(made);
      continue;
    }
    const read = own.operands.map((operand) => origins.get(operand.name));
    if (own.operands.every((operand) => constants.has(operand.name))) constants.add(made);
    else if (callee !== undefined && depth < depthLimit) {
      const inner = known.get(callee) ?? rolesOf(callee, functions, known, depth + 1);
      read.forEach((origin, index) => {
        const found = inner[index];
        for (const role of ["isStrong", "isSide", "isData"] as const)
          if (origin !== undefined && found?.[role] === true) mark(origin, role);
      });
    } else if (transparent.has(name)) {
      const [origin] = read;
      const shape = extentsOf(own.resultTypes[0]);
      // One number for each sample of the batch (which paths are dropped) comes with the data.
      if (origin !== undefined && isAlongBatch(own)) mark(origin, "isData");
      if (origin !== undefined)
        origins.set(made, {
          ...origin,
          isGrown:
            origin.isGrown ||
            (name.startsWith("broadcast") &&
              (shape?.length ?? 0) > Math.max(...origin.arguments.map(rankOf))),
        });
    } else {
      const strong = strongOperands[name] ?? [];
      const nonConstant = own.operands.filter((operand) => !constants.has(operand.name));
      const isOfArguments = nonConstant.every((operand) => origins.has(operand.name));
      const isOfVectors =
        isOfArguments &&
        read.every(
          (origin) => origin === undefined || origin.arguments.every((index) => rankOf(index) <= 1),
        );
      const isPassedOn =
        isOfArguments &&
        strong.length === 0 &&
        own.regions.length === 0 &&
        (nonConstant.length === 1 || isOfVectors);
      const all = new Set(read.flatMap((origin) => origin?.arguments ?? []));
      if (isPassedOn && isElementwise(own) && all.size <= originLimit) {
        origins.set(made, {
          arguments: [...all],
          isGrown: read.some((origin) => origin?.isGrown === true),
        });
        continue;
      }
      read.forEach((origin, index) => {
        if (origin === undefined) return;
        if (strong.includes(index) && isUnbatched(own)) mark(origin, "isStrong");
        else if (
          isElementwise(own) &&
          (origin.isGrown || origin.arguments.every((at) => rankOf(at) <= 1))
        )
          mark(origin, "isSide");
        else mark(origin, "isData");
      });
    }
  }
  return roles;
}

function isAlongBatch({ name, attributes, resultTypes }: MlirOperation): boolean {
  if (!name.endsWith("broadcast_in_dim")) return false;
  const dims = numbersOf(attributes.get("dims") ?? attributes.get("broadcast_dimensions"));
  return dims?.length === 1 && dims[0] === 0 && (extentsOf(resultTypes[0])?.length ?? 0) > 1;
}

function calleeOf(
  { items, attributes }: MlirOperation,
  functions: ReadonlyMap<string, MlirFunction>,
): MlirFunction | undefined {
  for (const item of items)
    if (item.kind === "attribute" && item.value.kind === "symbol")
      return functions.get(item.value.name);
  return functions.get(textOf(attributes.get("callee")) ?? "");
}

const pointwise: ReadonlySet<string> = new Set([
  "add",
  "subtract",
  "multiply",
  "divide",
  "maximum",
  "minimum",
  "power",
  "mul",
  "sub",
  "div",
  "select",
]);

function isElementwise({ name }: MlirOperation): boolean {
  return pointwise.has(name.slice(name.lastIndexOf(".") + 1));
}

/** A product with batch axes is of two activations, as in attention. */
function isUnbatched({ name, items, attributes }: MlirOperation): boolean {
  if (!name.endsWith("dot_general")) return true;
  const written = items.some((item) => item.kind === "word" && item.text === "batching_dims");
  const numbered = attributes.get("dot_dimension_numbers");
  const isListed =
    numbered?.kind === "dialect" &&
    numbered.items.some((item) => item.kind === "word" && item.text.includes("batching"));
  return !written && !isListed && numbersOf(attributes.get("batching_dims")) === undefined;
}
