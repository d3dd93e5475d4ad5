import { blockOf, type GraphDraft, int, ints, type MlirValue } from "../draft.js";
import type { MlirOperation, MlirRegion } from "../syntax.js";
import { countOfExtents } from "../types.js";

const reducers: Readonly<Record<string, string>> = {
  add: "ReduceSum",
  addf: "ReduceSum",
  addi: "ReduceSum",
  multiply: "ReduceProd",
  mulf: "ReduceProd",
  muli: "ReduceProd",
  maximum: "ReduceMax",
  maximumf: "ReduceMax",
  maxnumf: "ReduceMax",
  maxf: "ReduceMax",
  maxsi: "ReduceMax",
  maxui: "ReduceMax",
  or: "ReduceMax",
  ori: "ReduceMax",
  minimum: "ReduceMin",
  minimumf: "ReduceMin",
  minnumf: "ReduceMin",
  minf: "ReduceMin",
  minsi: "ReduceMin",
  minui: "ReduceMin",
  and: "ReduceMin",
  andi: "ReduceMin",
};

/** ONNX's reduction for `stablehlo.add`, `arith.addf` and their like; undefined for others. */
export function reducerOf(name: string | undefined): string | undefined {
  const own = name?.slice(name.lastIndexOf(".") + 1) ?? "";
  return Object.hasOwn(reducers, own) ? reducers[own] : undefined;
}

/** The operation of a region that does one thing and yields it. */
export function onlyOperation(region: MlirRegion | undefined): string | undefined {
  const operations = blockOf(region).filter(
    ({ name }) => !name.endsWith("return") && !name.endsWith("yield"),
  );
  return operations.length === 1 ? operations[0]?.name : undefined;
}

/** The first result is the reduction; of two, the second says where it was found. */
export function emitReduction(
  draft: GraphDraft,
  operation: MlirOperation,
  inputs: readonly (MlirValue | undefined)[],
  reduction: {
    readonly reducer: string | undefined;
    readonly axes: readonly number[] | undefined;
    readonly keeps?: boolean;
  },
): boolean {
  const { reducer, axes, keeps = false } = reduction;
  const [input] = inputs;
  if (axes === undefined || input === undefined) return false;
  const keepdims = int(keeps ? 1 : 0);
  const name = draft.full(input);
  if (reducer !== undefined && inputs.length === 1) {
    draft.emit(
      operation,
      { op: reducer, inputs: [name], attributes: { axes: ints(axes), keepdims } },
      1,
    );
    if (reducer === "ReduceSum")
      draft.noteSum(countOfExtents(axes.map((axis) => input.shape?.[axis])));
    return true;
  }
  if (inputs.length === 1) {
    // Some other function of two elements: what its body evaluates, once for each element.
    const flops = Math.max(1, blockOf(operation.regions[0]).length - 1);
    draft.emit(
      operation,
      {
        op: "Reduce",
        domain: "mlir",
        inputs: [name],
        attributes: { axes: ints(axes), flops: int(flops) },
      },
      1,
    );
    return true;
  }
  const [axis] = axes;
  // Two at once compare the first and carry the second along: the largest and where it stands.
  if (inputs.length !== 2 || axes.length !== 1 || axis === undefined) return false;
  const compares = blockOf(operation.regions[0]).find(({ name: own }) => own.endsWith(".compare"));
  const isLeast = /\b(?:LT|LE)\b/.test(compares === undefined ? "" : directionOf(compares));
  const first = draft.define(operation, 0);
  const second = draft.define(operation, 1);
  draft.add(operation, {
    op: isLeast ? "ReduceMin" : "ReduceMax",
    inputs: [name],
    outputs: [first.name],
    attributes: { axes: ints(axes), keepdims },
  });
  first.stored = first.name;
  draft.add(operation, {
    op: isLeast ? "ArgMin" : "ArgMax",
    inputs: [name],
    outputs: [second.name],
    attributes: { axis: int(axis), keepdims },
    isHelper: true,
  });
  second.stored = second.name;
  return true;
}

export function directionOf({ items, attributes }: MlirOperation): string {
  const [first] = items;
  if (first?.kind === "word") return first.text.replace(/,$/, "");
  const given = attributes.get("comparison_direction") ?? attributes.get("compare_direction");
  if (given?.kind === "string") return given.value;
  if (given?.kind !== "dialect") return "";
  // `#stablehlo<comparison_direction LT>`
  const word = given.items.at(-1);
  return word?.kind === "word" ? word.text : "";
}
