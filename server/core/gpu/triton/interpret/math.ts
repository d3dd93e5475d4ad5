import type { TextSpan } from "../../../base/text-span.js";
import type { ArithmeticPipe } from "../../gpu-kernel.js";
import { nextPowerOfTwo } from "../../../python/arithmetic.js";
import { isFloatType } from "../read/type-names.js";
import { binary } from "./arithmetic.js";
import { type TileCall, argument, numberArgument, tileArgument, typeArgument } from "./call.js";
import { cast } from "./memory.js";
import type { ReduceOp } from "./ops.js";
import {
  type Tile,
  type Value,
  broadcastShape,
  elementsOf,
  promoted,
  scalar,
  tile,
  unionOf,
  unknown,
} from "./value.js";

/** What a function of one element takes: results of the special function unit, and of the pipe of float32. */
interface Recipe {
  readonly special: number;
  readonly plain: number;
}

/**
 * As libdevice and Triton write them: `exp` is a product and `ex2.approx`, `log` is `lg2.approx` and a product, division and
 * square roots refine a reciprocal; `erf` and the like are polynomials (instructions counted in PTX that Triton 3 emits, rounded).
 */
const recipes: Readonly<Record<string, Recipe>> = {
  exp: { special: 1, plain: 1 },
  exp2: { special: 1, plain: 0 },
  log: { special: 1, plain: 1 },
  log2: { special: 1, plain: 0 },
  log1p: { special: 1, plain: 12 },
  sqrt: { special: 1, plain: 0 },
  sqrt_rn: { special: 1, plain: 6 },
  rsqrt: { special: 1, plain: 0 },
  sin: { special: 1, plain: 8 },
  cos: { special: 1, plain: 8 },
  tanh: { special: 2, plain: 6 },
  fast_tanh: { special: 1, plain: 0 },
  erf: { special: 1, plain: 16 },
  sigmoid: { special: 2, plain: 4 },
  rcp: { special: 1, plain: 0 },
  pow: { special: 2, plain: 10 },
  abs: { special: 0, plain: 1 },
  floor: { special: 0, plain: 1 },
  ceil: { special: 0, plain: 1 },
  round: { special: 0, plain: 1 },
  rint: { special: 0, plain: 1 },
  isnan: { special: 0, plain: 1 },
  isinf: { special: 0, plain: 1 },
  finitef: { special: 0, plain: 1 },
  fma: { special: 0, plain: 1 },
  umulhi: { special: 0, plain: 1 },
  clamp: { special: 0, plain: 2 },
  // Philox with ten rounds of two wide products and some exclusive ors, four results at a time.
  rand: { special: 0, plain: 30 },
  randint: { special: 0, plain: 25 },
  randn: { special: 3, plain: 60 },
  rand4x: { special: 0, plain: 90 },
  randint4x: { special: 0, plain: 80 },
  philox: { special: 0, plain: 80 },
};

function byRecipe(name: string, { special, plain }: Recipe): (call: TileCall) => Value {
  return (call) => {
    const tiles = call.positional
      .map((_, index) => tileArgument(call, index))
      .filter((one) => one !== undefined);
    const [value] = tiles;
    if (value === undefined) return unknown;
    const shape = tiles.reduce<readonly number[]>((all, one) => broadcastShape(all, one.shape), []);
    const isInteger = !isFloatType(value.type);
    const isRandom = /^rand|philox/.test(name);
    const type = isRandom
      ? name.startsWith("randint") || name === "philox"
        ? "int32"
        : "float32"
      : isInteger && special > 0
        ? "float32"
        : value.type;
    const known = knownResult(name, value, shape);
    const result = tile({
      type: name.startsWith("is") ? "bool" : type,
      shape,
      value: known,
      isMean: known !== undefined && value.isMean,
      deps: unionOf(...tiles.map(({ deps }) => deps)),
      isFromDot: tiles.some(({ isFromDot }) => isFromDot),
    });
    const elements = elementsOf(result);
    if (shape.length > 0) {
      if (special > 0) pipe(call, "special", elements, special);
      if (plain > 0) pipe(call, isInteger || isRandom ? "int32" : "float32", elements, plain);
    }
    return name.endsWith("4x")
      ? { kind: "tuple", items: [result, result, result, result] }
      : result;
  };
}

function pipe(call: TileCall, name: ArithmeticPipe, elements: number, instructions: number): void {
  const flops = name === "int32" ? 0 : instructions;
  call.recorder.arithmetic(call.span, name, elements, { instructions, flops });
}

function knownResult(name: string, { value }: Tile, shape: readonly number[]): number | undefined {
  if (value === undefined || shape.length > 0) return undefined;
  const results: Readonly<Record<string, (x: number) => number>> = {
    exp2: (x) => 2 ** x,
    log2: (x) => Math.log2(x),
    floor: (x) => Math.floor(x),
    ceil: (x) => Math.ceil(x),
    abs: (x) => Math.abs(x),
    sqrt: (x) => Math.sqrt(x),
  };
  const found = Object.hasOwn(results, name) ? results[name]?.(value) : undefined;
  return found !== undefined && Number.isFinite(found) ? found : undefined;
}

export const mathFunctions: Readonly<Record<string, (call: TileCall) => Value>> = {
  ...Object.fromEntries(
    Object.entries(recipes).map(([name, recipe]) => [name, byRecipe(name, recipe)]),
  ),
  maximum: (call) => extreme(call, Math.max),
  minimum: (call) => extreme(call, Math.min),
  where: (call) => {
    const [test, then, otherwise] = [0, 1, 2].map((index) =>
      tileArgument(call, index, ["condition", "x", "y"][index] ?? ""),
    );
    if (then === undefined || otherwise === undefined) return then ?? otherwise ?? unknown;
    const shape = broadcastShape(broadcastShape(then.shape, otherwise.shape), test?.shape ?? []);
    return chosen(call, then, otherwise, shape);
  },
  cdiv: (call) => {
    const [a, b] = [tileArgument(call, 0, "x"), tileArgument(call, 1, "div")];
    if (a === undefined || b === undefined) return unknown;
    const value =
      a.value === undefined || b.value === undefined || b.value === 0
        ? undefined
        : Math.ceil(a.value / b.value);
    const text =
      a.text === undefined ? undefined : `${a.text} / ${b.text ?? String(b.value ?? "?")}`;
    const deps = unionOf(a.deps, b.deps);
    return tile({ type: "int32", value, isMean: a.isMean || b.isMean, text, deps });
  },
  next_power_of_2: (call) => {
    const value = numberArgument(call, 0);
    return scalar(value === undefined ? undefined : nextPowerOfTwo(value));
  },
  fdiv: (call) => quotient(call),
  div_rn: (call) => quotient(call),
  cast: (call) => {
    const value = tileArgument(call, 0, "input");
    const type = typeArgument(call, 1, "dtype");
    if (value === undefined || type === undefined) return value ?? unknown;
    return cast(call.recorder, call.span, value, type);
  },
  sum: reduction,
  max: reduction,
  min: reduction,
  argmax: reduction,
  argmin: reduction,
  xor_sum: reduction,
  reduce_or: reduction,
  reduce: reduction,
  cumsum: scan,
  cumprod: scan,
  flip: scan,
  sort: scan,
  topk: scan,
  associative_scan: scan,
  softmax: (call) => {
    const value = tileArgument(call, 0, "x");
    if (value === undefined) return unknown;
    reduce(call, value, value.shape.length - 1, false);
    reduce(call, value, value.shape.length - 1, false);
    pipe(call, "special", elementsOf(value), 2);
    pipe(call, "float32", elementsOf(value), 5);
    return { ...value, load: undefined };
  },
  histogram: (call) => tile({ type: "int32", shape: [numberArgument(call, 1, "num_bins") ?? 1] }),
  gather: (call) => {
    const [value, index] = [tileArgument(call, 0, "src"), tileArgument(call, 1, "index")];
    if (value === undefined || index === undefined) return unknown;
    pipe(call, "shuffle", elementsOf(index), 1);
    return tile({ type: value.type, shape: index.shape, deps: unionOf(value.deps, index.deps) });
  },
  inline_asm_elementwise: (call) => {
    const given = argument(call, 2, "args");
    const tiles = (given.kind === "tuple" ? given.items : [given]).filter(
      (one): one is Tile => one.kind === "tile",
    );
    const shape = tiles.reduce<readonly number[]>((all, one) => broadcastShape(all, one.shape), []);
    const type = typeArgument(call, 3, "dtype") ?? tiles[0]?.type ?? "int32";
    const result = tile({ type, shape, deps: unionOf(...tiles.map(({ deps }) => deps)) });
    call.recorder.elementwise(call.span, result, 4);
    return result;
  },
};

function quotient(call: TileCall): Value {
  const [a, b] = [tileArgument(call, 0, "x"), tileArgument(call, 1, "y")];
  if (a === undefined || b === undefined) return unknown;
  return binary(call.recorder, call.span, "/", a, b);
}

/** Of scalars the value; of tiles an instruction an element. */
export function extreme(call: TileCall, pick: (a: number, b: number) => number): Value {
  const [a, b] = [tileArgument(call, 0, "x", "input"), tileArgument(call, 1, "y", "other")];
  if (a === undefined || b === undefined) return a ?? b ?? unknown;
  if (a.shape.length > 0 || b.shape.length > 0)
    return chosen(call, a, b, broadcastShape(a.shape, b.shape));
  const value = a.value === undefined || b.value === undefined ? undefined : pick(a.value, b.value);
  return tile({
    type: promoted(a, b),
    value,
    isMean: a.isMean || b.isMean,
    text: a.text ?? b.text,
    deps: unionOf(a.deps, b.deps),
  });
}

/** One of two values, element by element. */
function chosen(call: TileCall, a: Tile, b: Tile, shape: readonly number[]): Tile {
  const isScalar = shape.length === 0;
  const pointer = a.isPointer ? a : b.isPointer ? b : undefined;
  const result = tile({
    type: pointer?.type ?? promoted(a, b),
    isPointer: pointer !== undefined,
    array: pointer?.array ?? a.array ?? b.array,
    shape,
    // Indices that are held inside of the array run as before nearly everywhere.
    strides: shape.map((_, axis) => a.strides[axis] ?? b.strides[axis]),
    value: isScalar && a.value !== undefined && b.value === a.value ? a.value : undefined,
    deps: unionOf(a.deps, b.deps),
    isFromDot: a.isFromDot || b.isFromDot,
  });
  call.recorder.elementwise(call.span, result);
  return result;
}

function reduction(call: TileCall): Value {
  const value = tileArgument(call, 0, "input");
  if (value === undefined) return unknown;
  const keeps = numberArgument(call, 2, "keep_dims") === 1;
  const axis = tileArgument(call, 1, "axis")?.value;
  const found = reduce(call, value, axis, keeps);
  return call.named.has("return_indices")
    ? { kind: "tuple", items: [found, { ...found, type: "int32" }] }
    : found;
}

/** Over one axis, or over all of them one after the other. */
function reduce(call: TileCall, value: Tile, given: number | undefined, keeps: boolean): Tile {
  const rank = value.shape.length;
  if (rank === 0) return value;
  const axis = given === undefined ? undefined : given < 0 ? rank + given : given;
  const length = axis === undefined ? elementsOf(value) : (value.shape[axis] ?? 1);
  recordReduce(call.recorder, call.span, value, length, false);
  const shape =
    axis === undefined
      ? []
      : value.shape.flatMap((extent, index) => (index === axis ? (keeps ? [1] : []) : [extent]));
  return tile({
    type: value.type === "bool" ? "int32" : value.type,
    shape,
    deps: value.deps,
    isFromDot: value.isFromDot,
  });
}

function scan(call: TileCall): Value {
  const value = tileArgument(call, 0, "input", "x");
  if (value === undefined) {
    const given = argument(call, 0, "input");
    if (given.kind !== "tuple") return unknown;
    for (const item of given.items)
      if (item.kind === "tile")
        recordReduce(call.recorder, call.span, item, item.shape.at(-1) ?? 1, true);
    return given;
  }
  const axis = tileArgument(call, 1, "axis", "dim")?.value ?? value.shape.length - 1;
  const length = value.shape.at(axis) ?? 1;
  recordReduce(call.recorder, call.span, value, length, true);
  return { ...value, load: undefined, isProduct: false, strides: value.shape.map(() => undefined) };
}

function recordReduce(
  recorder: TileCall["recorder"],
  span: TextSpan,
  value: Tile,
  length: number,
  isScan: boolean,
): void {
  recorder.add<ReduceOp>({
    kind: "reduce",
    span,
    elements: elementsOf(value),
    length,
    isFloat: isFloatType(value.type),
    elementBytes: value.type === "float64" || value.type === "int64" ? 8 : 4,
    isFromDot: value.isFromDot,
    isScan,
  });
}
