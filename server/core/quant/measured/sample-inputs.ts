import type { Bindings } from "../../analysis.js";
import { productOf } from "../../base/product.js";
import { isKnown } from "../../graph/dim.js";
import type { ElementType } from "../../graph/element-type.js";
import type { Graph } from "../../graph/graph.js";
import { random } from "../../base/random.js";
import { inRange, type Range, storedRange } from "../sensitivity/probe-inputs.js";
import { halfBits } from "./half.js";
import { NotMeasured } from "./not-measured.js";
import type { NpyArray } from "./npy.js";
import type { Feed, Feeds } from "./session.js";

/** An input of the model as one sample fills it. */
export interface SampleInput {
  readonly name: string;
  readonly elementType: ElementType;
  /** Extents that are left open by the model and by the user are undefined. */
  readonly shape: readonly (number | undefined)[];
  /** Of real numbers that are given as integers: their codes. */
  readonly codes?: Range;
}

export function sampleInputs(graph: Graph, bindings: Bindings): readonly SampleInput[] {
  return graph.inputs.flatMap((id) => {
    const value = graph.values[id];
    if (value === undefined || value.weight !== undefined) return [];
    const bound = bindings.inputs.get(value.name);
    const declared = bound ?? (value.declared?.kind === "tensor" ? value.declared : undefined);
    if (declared?.shape === undefined)
      throw new NotMeasured(`Input \`${value.name}\` has no shape; give one with --input.`);
    return [
      {
        name: value.name,
        elementType: declared.elementType ?? "float32",
        shape: declared.shape.map((dim, axis) => (isKnown(dim) ? dim : axis === 0 ? 1 : undefined)),
        ...(storedRange(value) !== undefined && {
          codes: declared.elementType === "int8" ? { low: -128, high: 127 } : { low: 0, high: 255 },
        }),
      },
    ];
  });
}

/** Arrays by the input that they are for; each is cut into samples along its first axis where it holds several. */
export function samplesOf(
  inputs: readonly SampleInput[],
  arrays: ReadonlyMap<string, NpyArray>,
  limit: number,
): readonly Feeds[] | string {
  const parts = new Map<string, readonly Feed[]>();
  for (const input of inputs) {
    const array = arrays.get(input.name);
    if (array === undefined) return `has nothing for the input \`${input.name}\`.`;
    const feeds = feedsOf(input, array, limit);
    if (typeof feeds === "string") return feeds;
    parts.set(input.name, feeds);
  }
  const count = Math.min(limit, ...[...parts.values()].map(({ length }) => length));
  return Array.from(
    { length: count },
    (_, index) =>
      new Map(
        [...parts].flatMap(([name, feeds]) => {
          const feed = feeds[index];
          return feed === undefined ? [] : [[name, feed] as const];
        }),
      ),
  );
}

function feedsOf(
  input: SampleInput,
  { shape, data }: NpyArray,
  limit: number,
): readonly Feed[] | string {
  const { shape: wanted } = input;
  const fits = (own: readonly number[]): boolean =>
    own.length === wanted.length &&
    own.every((extent, axis) => wanted[axis] === undefined || wanted[axis] === extent);
  const [first = 1, ...rest] = shape;
  // One sample, samples stacked on a new axis, or along the batch.
  if (fits(shape)) return [feedOf(input, shape, data, 0)];
  const own = fits(rest)
    ? rest
    : wanted[0] === 1 && fits([1, ...rest])
      ? [1, ...rest]
      : fits([1, ...shape])
        ? [1, ...shape]
        : undefined;
  if (own === undefined)
    return `has the shape (${shape.join(", ")}), where \`${input.name}\` takes (${wanted.map((extent) => extent ?? "any").join(", ")}).`;
  const length = productOf(own);
  const count = length === data.length ? 1 : first;
  return Array.from({ length: Math.min(limit, count) }, (_, index) =>
    feedOf(input, own, data, index * length),
  );
}

function feedOf(
  { elementType, name }: SampleInput,
  shape: readonly number[],
  data: NpyArray["data"],
  start: number,
): Feed {
  const length = productOf(shape);
  const numbers = Array.from(data.subarray(start, start + length), Number);
  switch (elementType) {
    case "float32":
      return { elementType, shape, data: Float32Array.from(numbers) };
    case "float16":
      return { elementType, shape, data: halfBits(Float32Array.from(numbers)) };
    case "int64":
      return {
        elementType,
        shape,
        data: BigInt64Array.from(numbers, (one) => BigInt(Math.trunc(one))),
      };
    case "int32":
      return { elementType, shape, data: Int32Array.from(numbers) };
    case "uint8":
    case "bool":
      return { elementType, shape, data: Uint8Array.from(numbers) };
    case "int8":
      return { elementType, shape, data: Int8Array.from(numbers) };
    default:
      throw new NotMeasured(
        `Input \`${name}\` is ${elementType}, for which samples cannot be given.`,
      );
  }
}

const openImageExtent = 224;
const openSequenceExtent = 32;

/** Samples for who has none: the first half standard normal, as after preprocessing, the second uniform in [0, 1). */
export function generatedSamples(inputs: readonly SampleInput[], count: number): readonly Feeds[] {
  const next = random(20260102);
  return Array.from({ length: count }, (_, sample) => {
    const kind = generatedKind(sample, count) === 0 ? "normal" : "uniform";
    return new Map(
      inputs.map((input): [string, Feed] => {
        const shape = input.shape.map(
          (extent, axis) =>
            extent ??
            (input.shape.length === 4 && axis >= 2 ? openImageExtent : openSequenceExtent),
        );
        const length = productOf(shape);
        const { codes } = input;
        const isNumber = codes !== undefined || input.elementType.startsWith("float");
        const lower = input.name.toLowerCase();
        const data = Float64Array.from({ length }, (_, index) =>
          isNumber
            ? inRange(kind, next, codes)
            : lower.includes("mask")
              ? 1
              : lower.includes("type") || lower.includes("segment")
                ? 0
                : lower.includes("position")
                  ? index % (shape[shape.length - 1] ?? 1)
                  : Math.floor(next() * (input.elementType.endsWith("int8") ? 128 : 1000)),
        );
        return [input.name, feedOf(input, shape, data, 0)];
      }),
    );
  });
}

/** 0: standard normal, 1: uniform. */
export function generatedKind(sample: number, count: number): 0 | 1 {
  return sample < Math.ceil(count / 2) ? 0 : 1;
}
