import type { GraphDraft } from "../draft.js";
import {
  attributeOfItem,
  attributesOfItems,
  itemsAfter,
  numberOf,
  numbersOf,
  textOf,
} from "../items.js";
import type { MlirAttribute, MlirItem, MlirOperation } from "../syntax.js";
import { emitConvolution, emitWindow } from "./convolution.js";
import { emitProduct } from "./product.js";
import { emitReduction, onlyOperation, reducerOf } from "./reduction.js";

/** StableHLO's operations that name axes: convolution, products, reductions and windows, in short and in generic form. */

/** `[b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1]` as axes by role. */
export function convolution(draft: GraphDraft, operation: MlirOperation): boolean {
  const { attributes, items } = operation;
  const numbered = attributes.get("dimension_numbers");
  const layouts = (numbered?.kind === "dialect" ? numbered.items : itemsAfter(items, "dim_numbers"))
    .flatMap((item) => (item.kind === "group" && item.open === "[" ? [namesOf(item.items)] : []))
    .slice(0, 3);
  const [inputNames, kernelNames, outputNames] = layouts;
  if (inputNames === undefined || kernelNames === undefined || outputNames === undefined)
    return false;
  const window = attributes.get("window");
  const inWindow =
    window?.kind === "dictionary" ? window.entries : new Map<string, MlirAttribute>();
  const listed = (short: string, long: string): readonly number[] | undefined =>
    numbersOf(inWindow.get(short) ?? attributes.get(long));
  const pads = listed("pad", "padding");
  const [input, kernel] = draft.operands(operation);
  return emitConvolution(draft, operation, {
    input,
    kernel,
    inputLayout: layoutOf(inputNames, "b", "f"),
    kernelLayout: layoutOf(kernelNames, "i", "o"),
    outputLayout: layoutOf(outputNames, "b", "f"),
    strides: filled(listed("stride", "window_strides")),
    padLow: filled(pads?.filter((_, index) => index % 2 === 0)),
    padHigh: filled(pads?.filter((_, index) => index % 2 === 1)),
    dilations: filled(listed("rhs_dilate", "rhs_dilation")),
    inputDilations: filled(listed("lhs_dilate", "lhs_dilation")),
    groups: numberOf(attributes.get("feature_group_count")),
  });
}

function filled(list: readonly number[] | undefined): readonly number[] | undefined {
  return list?.length === 0 ? undefined : list;
}

function namesOf(items: readonly MlirItem[]): readonly string[] {
  return items.flatMap((item) => {
    const attribute = attributeOfItem(item);
    if (attribute?.kind === "number") return [String(attribute.value)];
    return textOf(attribute) ?? [];
  });
}

function layoutOf(names: readonly string[], first: string, second: string): readonly number[] {
  const space = names.length - 2;
  return [
    first,
    second,
    ...Array.from({ length: Math.max(0, space) }, (_, axis) => String(axis)),
  ].map((name) => names.indexOf(name));
}

export function dotGeneral(draft: GraphDraft, operation: MlirOperation): boolean {
  const { attributes, items } = operation;
  const [left, right] = draft.operands(operation);
  const numbered = attributes.get("dot_dimension_numbers");
  if (numbered?.kind === "dialect") {
    const entries = new Map(attributesOfItems(numbered.items));
    const list = (name: string): readonly number[] => numbersOf(entries.get(name)) ?? [];
    return emitProduct(draft, operation, [left, right], {
      leftBatch: list("lhs_batching_dimensions"),
      rightBatch: list("rhs_batching_dimensions"),
      leftContracting: list("lhs_contracting_dimensions"),
      rightContracting: list("rhs_contracting_dimensions"),
    });
  }
  const [leftBatch = [], rightBatch = []] = pairAfter(items, "batching_dims");
  const [leftContracting = [], rightContracting = []] = pairAfter(items, "contracting_dims");
  return emitProduct(draft, operation, [left, right], {
    leftBatch,
    rightBatch,
    leftContracting,
    rightContracting,
  });
}

/** `[0, 1] x [0, 1]` */
function pairAfter(items: readonly MlirItem[], key: string): readonly (readonly number[])[] {
  return itemsAfter(items, key)
    .slice(0, 3)
    .flatMap((item) => (item.kind === "group" ? [numbersOf(attributeOfItem(item)) ?? []] : []));
}

/** Operands are inputs, then the values that the reductions begin with; the short form has them in pairs. */
export function reduce(draft: GraphDraft, operation: MlirOperation): boolean {
  const all = draft.operands(operation);
  const isPaired = operation.items.length > 0;
  const inputs = all.filter((_, index) => (isPaired ? index % 2 === 0 : index < all.length / 2));
  const { items, attributes, regions } = operation;
  const applies = items.findIndex((item) => item.kind === "word" && item.text === "applies");
  const named = items[applies + 1];
  const name = applies >= 0 && named?.kind === "word" ? named.text : onlyOperation(regions[0]);
  return emitReduction(draft, operation, inputs, {
    reducer: reducerOf(name),
    axes: numbersOf(attributes.get("dimensions")),
  });
}

const windowKinds: Readonly<Record<string, "max" | "min" | "sum">> = {
  ReduceMax: "max",
  ReduceMin: "min",
  ReduceSum: "sum",
};

export function reduceWindow(draft: GraphDraft, operation: MlirOperation): boolean {
  const { attributes, regions } = operation;
  const operands = draft.operands(operation);
  const window = numbersOf(attributes.get("window_dimensions"));
  const kind = windowKinds[reducerOf(onlyOperation(regions[0])) ?? ""] ?? "sum";
  if (window === undefined || operands.length !== 2) return false;
  const [input] = operands;
  const ones = window.map(() => 1);
  const pads = filled(numbersOf(attributes.get("padding")));
  const zeros = window.map(() => 0);
  const padLow = pads?.filter((_, index) => index % 2 === 0) ?? zeros;
  const padHigh = pads?.filter((_, index) => index % 2 === 1) ?? zeros;
  const scanned = window.findIndex((extent) => extent > 1);
  // A window over all that stands before is a running sum.
  const isScan =
    kind === "sum" &&
    window.filter((extent) => extent > 1).length === 1 &&
    (padLow[scanned] ?? 0) + (padHigh[scanned] ?? 0) === (window[scanned] ?? 0) - 1 &&
    input?.shape?.[scanned] === window[scanned];
  if (isScan) {
    draft.emit(
      operation,
      { op: "CumSum", inputs: [draft.full(input), draft.numbers([scanned])] },
      1,
    );
    return true;
  }
  return emitWindow(draft, operation, input, {
    kind,
    window,
    strides: filled(numbersOf(attributes.get("window_strides"))) ?? ones,
    padLow,
    padHigh,
    dilations: filled(numbersOf(attributes.get("window_dilations"))) ?? ones,
  });
}
