import { random } from "../../base/random.js";
import type { Cancel } from "../../base/cancel.js";
import { inferModel } from "../../analyze.js";
import type { Bindings } from "../../analysis.js";
import { isKnown } from "../../graph/dim.js";
import { isFloat } from "../../graph/element-type.js";
import type { Model, Value, ValueId } from "../../graph/graph.js";
import type { TensorType } from "../../graph/value-type.js";
import { NotPropagated } from "./operator.js";
import { countOf, type Tensor, tensor } from "./tensor.js";

/** Inputs that the model is run on when nobody gives any. */
export interface ProbeInputs {
  readonly values: ReadonlyMap<ValueId, Tensor>;
  /** Samples along the first extent of every input. */
  readonly batch: number;
  /** Shapes of one sample, for the explanation: `x [3,64,64]`. */
  readonly text: string;
}

/** Multiply-accumulates of all samples together: what keeps the propagation below a second. */
const macBudget = 6e7;
const batchLimit = 8;
/** Extents that a model leaves open. */
const openImageExtent = 64;
const openSequenceExtent = 16;
/** A picture is made smaller down to this to stay within the budget. */
const leastImageExtent = 32;

export function probeInputs(model: Model, cancel: Cancel): ProbeInputs {
  const { graph } = model;
  const inputs = graph.inputs.flatMap((id) => {
    const value = graph.values[id];
    return value === undefined || value.weight !== undefined ? [] : [{ id, value }];
  });
  let shapes = inputs.map(({ value }) => shapeOfOne(value));
  const canBatch = shapes.every(({ shape }) => shape[0] === 1);
  const macsOf = (): number => {
    const bindings: Bindings = {
      inputs: new Map(
        inputs.map(({ value }, index) => [value.name, typeOf(value, shapes[index]?.shape ?? [])]),
      ),
      dims: new Map(),
    };
    const { totals } = inferModel(model, bindings, cancel);
    return totals.macs ?? macBudget;
  };
  let macs = macsOf();
  // Convolutions do not mind a smaller picture; what follows them has the same weights.
  while (macs > macBudget && shapes.some(({ shape }) => canShrink(shape))) {
    shapes = shapes.map(({ shape, isFloating }) => ({ shape: shrunk(shape), isFloating }));
    macs = macsOf();
  }
  if (macs > 20 * macBudget) throw new NotPropagated("a model of this size");
  const batch = canBatch ? Math.max(2, Math.min(batchLimit, Math.floor(macBudget / macs))) : 1;
  const next = random(20260101);
  const values = new Map<ValueId, Tensor>();
  for (const [index, { id, value }] of inputs.entries()) {
    const { shape, isFloating } = shapes[index] ?? { shape: [], isFloating: true };
    const own = canBatch ? [batch, ...shape.slice(1)] : shape;
    const range = storedRange(value);
    values.set(id, isFloating ? numbers(own, batch, next, range) : indices(own, value.name, next));
  }
  const text = inputs
    .map(({ value }, index) => `${value.name} [${(shapes[index]?.shape ?? []).join(",")}]`)
    .join(", ");
  return { values, batch, text };
}

function shapeOfOne({ declared, quantization }: Value): {
  shape: readonly number[];
  isFloating: boolean;
} {
  if (declared?.kind !== "tensor" || declared.shape === undefined)
    throw new NotPropagated("an input without a shape");
  const rank = declared.shape.length;
  const shape = declared.shape.map((dim, axis) => {
    if (isKnown(dim)) return dim;
    if (axis === 0) return 1;
    return rank === 4 && axis >= 2 ? openImageExtent : openSequenceExtent;
  });
  // Integers with a scale stand for real numbers.
  const isFloating = quantization !== undefined || isFloat(declared.elementType ?? "float32");
  return { shape, isFloating };
}

function typeOf({ declared }: Value, shape: readonly number[]): TensorType {
  const elementType = declared?.kind === "tensor" ? declared.elementType : undefined;
  return { kind: "tensor", elementType: elementType ?? "float32", shape };
}

/** The axes of a picture's height and width, with its channels before or behind them. */
function pictureAxes(shape: readonly number[]): readonly number[] {
  if (shape.length !== 4) return [];
  return (shape[1] ?? 0) <= 4 ? [2, 3] : (shape[3] ?? 0) <= 4 ? [1, 2] : [];
}

function canShrink(shape: readonly number[]): boolean {
  return pictureAxes(shape).some((axis) => (shape[axis] ?? 0) > leastImageExtent);
}

function shrunk(shape: readonly number[]): readonly number[] {
  const axes = pictureAxes(shape);
  return shape.map((extent, axis) =>
    !axes.includes(axis)
      ? extent
      : Math.min(extent, Math.max(leastImageExtent, Math.round(extent / 64) * 32)),
  );
}

/** Real numbers that an input which is given as integers can take: what the model was quantized for. */
export function storedRange({ quantization, declared }: Value): Range | undefined {
  const elementType = declared?.kind === "tensor" ? declared.elementType : undefined;
  const [scale] = quantization?.scales ?? [];
  if (scale === undefined || (elementType !== "int8" && elementType !== "uint8")) return undefined;
  const low = ((elementType === "int8" ? -128 : 0) - (quantization?.zeroPoints[0] ?? 0)) * scale;
  return { low, high: low + 255 * scale };
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * The first half of the samples are standard normal numbers, as after preprocessing, the second half uniform ones in
 * [0, 1), as from a picture: which a model expects is not known, and its layers do not weigh the same under both. Where it
 * is known (`storedRange`), both lie in the range, normal ones around its middle.
 */
function numbers(
  shape: readonly number[],
  batch: number,
  next: () => number,
  range: Range | undefined,
): Tensor {
  const count = countOf(shape);
  const normalCount = batch < 2 ? count : (count / batch) * Math.ceil(batch / 2);
  const data = Float32Array.from({ length: count }, (_, index) =>
    inRange(index < normalCount ? "normal" : "uniform", next, range),
  );
  return tensor(shape, data);
}

/** Standard deviations between the ends of a range and its middle: of pictures' pixels about two. */
const rangeSigmas = 2;

export function inRange(
  kind: "normal" | "uniform",
  next: () => number,
  range: Range | undefined,
): number {
  const drawn =
    kind === "uniform" ? next() : Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  if (range === undefined) return drawn;
  const { low, high } = range;
  if (kind === "uniform") return low + drawn * (high - low);
  const half = (high - low) / 2;
  return Math.min(high, Math.max(low, low + half + (drawn * half) / rangeSigmas));
}

/** Token ids at random; masks let everything through, segments are the first. */
function indices(shape: readonly number[], name: string, next: () => number): Tensor {
  const lower = name.toLowerCase();
  const data = Float32Array.from({ length: countOf(shape) }, (_, index) => {
    if (lower.includes("mask")) return 1;
    if (lower.includes("type") || lower.includes("segment")) return 0;
    if (lower.includes("position")) return index % (shape[shape.length - 1] ?? 1);
    return Math.floor(next() * 1000);
  });
  return tensor(shape, data);
}
