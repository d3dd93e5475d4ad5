import {
  constantLimit,
  constantOfAttribute,
  dimsOfConstant,
  numberOfConstant,
  scalarOfConstant,
} from "../graph/constant.js";
import { ceilDivideDims, isKnown, subtractDims, type Dim } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import { weightType } from "../graph/graph.js";
import { elementCount, knownShape, tensor, type Shape } from "../graph/value-type.js";
import { dataType } from "../graph/data-type.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { freshShape, vectorLength } from "./shapes.js";
import { viewWork } from "./view.js";

export const rule = ruleOfTable({
  Constant: { infer: inferConstant, work: viewWork },
  ConstantOfShape: { infer: inferConstantOfShape, work: fillWork },
  EyeLike: { infer: inferEyeLike, work: fillWork },
  Range: { infer: inferRange, work: fillWork },
});

const valueAttributes = [
  "value",
  "sparse_value",
  "value_float",
  "value_floats",
  "value_int",
  "value_ints",
  "value_string",
  "value_strings",
] as const;

function inferConstant(ctx: InferContext): readonly (Inferred | undefined)[] {
  for (const name of valueAttributes) {
    const attribute = ctx.attribute(name);
    if (attribute === undefined) continue;
    const constant = constantOfAttribute(attribute);
    const type =
      attribute.kind === "tensor"
        ? weightType(attribute.value)
        : constant && tensor(constant.elementType, constant.shape);
    if (type !== undefined) return [{ type, ...(constant && { constant }) }];
  }
  ctx.error("it has no value.");
  return [];
}

function inferConstantOfShape(ctx: InferContext): readonly (Inferred | undefined)[] {
  const value = ctx.attribute("value");
  const elementType = value?.kind === "tensor" ? value.value.elementType : "float32";
  const shape = shapeGivenBy(ctx, 0);
  const fill = value === undefined ? 0 : constantOfAttribute(value)?.data[0];
  const constant = fill === undefined ? undefined : filled(elementType, shape, fill);
  return [{ ...output(elementType, shape), ...(constant && { constant }) }];
}

/** A shape given as the contents of input `index`; of an unknown one the rank may still be known. */
function shapeGivenBy(ctx: InferContext, index: number): Shape | undefined {
  const dims = dimsOfConstant(ctx.constant(index));
  if (dims === undefined) return freshShape(ctx, vectorLength(ctx, index));
  if (!dims.some((dim) => isKnown(dim) && dim < 0)) return dims;
  ctx.error(`extents cannot be negative: ${dims.filter((dim) => isKnown(dim)).join(", ")}.`);
  return undefined;
}

function filled(
  elementType: ElementType,
  shape: Shape | undefined,
  fill: Dim | string,
): Constant | undefined {
  const extents = knownShape(shape);
  const count = elementCount(extents);
  if (extents === undefined || count === undefined || !(count <= constantLimit)) return undefined;
  return { elementType, shape: extents, data: new Array<Dim | string>(count).fill(fill) };
}

function inferEyeLike(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  if (shape !== undefined && shape.length !== 2)
    ctx.error(`its input has rank ${shape.length}; it should be a matrix.`);
  return [output(dataType(ctx.int("dtype")) ?? ctx.elementType(0), shape)];
}

/** max(0, ceil((limit - start) / delta)) elements (ONNX Range). */
function inferRange(ctx: InferContext): readonly (Inferred | undefined)[] {
  const elementType = dataType(ctx.int("dtype")) ?? ctx.elementType(0) ?? ctx.elementType(1);
  const start = scalarOfConstant(ctx.constant(0));
  const limit = scalarOfConstant(ctx.constant(1));
  const delta = numberOfConstant(ctx.constant(2));
  if (delta === 0) {
    ctx.error("its step is 0.");
    return [output(elementType, undefined)];
  }
  const isTold =
    start !== undefined &&
    limit !== undefined &&
    delta !== undefined &&
    typeof start !== "string" &&
    typeof limit !== "string";
  const count = isTold ? rangeCount(start, limit, delta) : undefined;
  const constant =
    isTold && elementType !== undefined ? rangeValues(elementType, start, delta, count) : undefined;
  return [{ ...output(elementType, [count ?? ctx.freshDim()]), ...(constant && { constant }) }];
}

function rangeCount(start: Dim, limit: Dim, delta: number): Dim | undefined {
  if (isKnown(start) && isKnown(limit)) {
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    return Number.isFinite(count) ? count : undefined;
  }
  if (!Number.isInteger(delta)) return undefined;
  // An exporter counts up to an extent, from 0: what is negative otherwise cannot be told.
  const count = ceilDivideDims(subtractDims(limit, start), delta);
  if (count === undefined) return undefined;
  return start === 0 && delta > 0 ? count : isKnown(count) ? Math.max(0, count) : count;
}

function rangeValues(
  elementType: ElementType,
  start: Dim,
  delta: number,
  count: Dim | undefined,
): Constant | undefined {
  if (!isKnown(start) || count === undefined || !isKnown(count) || constantLimit < count)
    return undefined;
  const data = Array.from({ length: count }, (_, index) => start + index * delta);
  return { elementType, shape: [count], data };
}

function fillWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: 0, readBytes: 0, kernel: { kind: "movement", elements } };
}
