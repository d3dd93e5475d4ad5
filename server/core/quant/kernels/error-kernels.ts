import {
  type Code,
  type KernelFunction,
  type ValueType,
  assemble,
  f32Store,
  f32x4,
  get,
  i32,
  i32Add,
  i32LessUnsigned,
  i32x4,
  set,
  v128,
  whileLoop,
} from "./assembler.js";
import { multiply, multiplyTransposed } from "./multiply-kernel.js";

/**
 * Kernels over a matrix of float32 rows, each padded with zeros to a multiple of four elements. Blocks run along the
 * row and share a scale. All arithmetic is float32, division included, as ONNX Runtime's QuantizeLinear does it.
 *
 *     clean(x, end, out)                                      counts NaN and infinities and makes them zero
 *     ranges(x, rows, rowBytes, blockBytes, low, high)        least and largest element of each block, zero included
 *     integer(…, scales, zeros, low, high), minifloat(…), table…(…)   see `errorKernel`
 *
 * Each `error` kernel writes `statisticCount` sums for each row: Σe², Σxe, max |e|, elements beyond the grid and Σ v e²,
 * with e = x − quantized(x) and a vector v of one row's length. There are three of each: with `Weighted` behind its name it
 * has all of them, without it Σ v e² stays zero, and with `Store` it writes the errors instead.
 */
export const statisticCount = 5;

/** `Store`: at the same offsets from `output` as the elements' from `x`. */
export type KernelKind = "" | "Weighted" | "Store";

const kernelKinds: readonly KernelKind[] = ["", "Weighted", "Store"];

/** A module for one codebook: its values and thresholds become constants of the code. */
export interface CodebookCode {
  /** Float32 values, rising. */
  readonly values: readonly number[];
  /** Between neighbours; `isUpper` says that the threshold itself belongs to the upper value. */
  readonly thresholds: readonly { readonly at: number; readonly isUpper: boolean }[];
}

export function kernelModule(codebooks: ReadonlyMap<string, CodebookCode>): Uint8Array {
  return assemble([
    clean,
    ranges,
    multiply,
    multiplyTransposed,
    ...kernelKinds.flatMap((kind) => [
      errorKernel("integer", integerCode, kind),
      errorKernel("minifloat", minifloatCode, kind),
      ...[...codebooks].map(([name, codebook]) => errorKernel(name, tableCode(codebook), kind)),
    ]),
  ]);
}

/** Locals by name: parameters first. */
function names<const T extends readonly string[]>(...list: T): Readonly<Record<T[number], number>> {
  return Object.fromEntries(list.map((name, index) => [name, index])) as Record<T[number], number>;
}

const add = (local: number, amount: Code): Code => [get(local), amount, i32Add, set(local)];

const clean: KernelFunction = (() => {
  const at = names("x", "end", "out", "value", "isFinite", "count");
  return {
    name: "clean",
    params: ["i32", "i32", "i32"],
    locals: ["v128", "v128", "v128"],
    body: [
      whileLoop(
        [get(at.x), get(at.end), i32LessUnsigned],
        [
          get(at.x),
          v128.load(),
          set(at.value),
          // x − x is zero for every number, and NaN for NaN and infinities.
          [get(at.value), get(at.value), f32x4.subtract, v128.constant(0), f32x4.equal],
          set(at.isFinite),
          [get(at.x), get(at.value), get(at.isFinite), v128.and, v128.store()],
          // A mask is −1 for each lane that holds a number.
          [get(at.count), get(at.isFinite), i32x4.subtract, set(at.count)],
          add(at.x, i32(16)),
        ],
      ),
      [get(at.out), get(at.count), v128.store()],
    ],
  };
})();

const ranges: KernelFunction = (() => {
  const at = names(
    "x",
    "rows",
    "rowBytes",
    "blockBytes",
    "low",
    "high",
    "row",
    "rowEnd",
    "blockEnd",
    "lows",
    "highs",
    "value",
  );
  const reduce = (local: number, operation: Code): Code => [
    [get(local), f32x4.lane(0), f32x4.splat, get(local), f32x4.lane(1), f32x4.splat, operation],
    [get(local), f32x4.lane(2), f32x4.splat, operation],
    [get(local), f32x4.lane(3), f32x4.splat, operation, f32x4.lane(0)],
  ];
  return {
    name: "ranges",
    params: ["i32", "i32", "i32", "i32", "i32", "i32"],
    locals: ["i32", "i32", "i32", "v128", "v128", "v128"],
    body: whileLoop(
      [get(at.row), get(at.rows), i32LessUnsigned],
      [
        [get(at.x), get(at.rowBytes), i32Add, set(at.rowEnd)],
        whileLoop(
          [get(at.x), get(at.rowEnd), i32LessUnsigned],
          [
            blockEndCode(at),
            [v128.constant(0), set(at.lows), v128.constant(0), set(at.highs)],
            whileLoop(
              [get(at.x), get(at.blockEnd), i32LessUnsigned],
              [
                [get(at.x), v128.load(), set(at.value)],
                [get(at.lows), get(at.value), f32x4.pmin, set(at.lows)],
                [get(at.highs), get(at.value), f32x4.pmax, set(at.highs)],
                add(at.x, i32(16)),
              ],
            ),
            [get(at.low), reduce(at.lows, f32x4.pmin), f32Store()],
            [get(at.high), reduce(at.highs, f32x4.pmax), f32Store()],
            add(at.low, i32(4)),
            add(at.high, i32(4)),
          ],
        ),
        add(at.row, i32(1)),
      ],
    ),
  };
})();

/** min(x + blockBytes, rowEnd): the last block of a row may be short. */
function blockEndCode(at: {
  readonly x: number;
  readonly blockBytes: number;
  readonly blockEnd: number;
  readonly rowEnd: number;
}): Code {
  const blockEnd: Code = [get(at.x), get(at.blockBytes), i32Add, set(at.blockEnd)];
  const select: Code = 0x1b;
  return [
    blockEnd,
    [get(at.rowEnd), get(at.blockEnd), get(at.rowEnd), get(at.blockEnd), i32LessUnsigned, select],
    set(at.blockEnd),
  ];
}

const errorLocals = names(
  "x",
  "rows",
  "rowBytes",
  "blockBytes",
  "scales",
  "zeros",
  "weights",
  "out",
  "output",
  "low",
  "high",
  "shift",
  "row",
  "rowEnd",
  "blockEnd",
  "vector",
  "store",
  "scale",
  "least",
  "most",
  "value",
  "scaled",
  "rounded",
  "error",
  "temporary",
  "squares",
  "products",
  "largest",
  "clipped",
  "weighted",
);
type ErrorLocals = typeof errorLocals;

/** `rounded` from `scaled`, both in units of the scale; `perBlock` runs once a block. */
interface RoundingCode {
  readonly perBlock: (at: ErrorLocals) => Code;
  /** With `count` where `temporary` is rounded and `rounded` keeps within the grid's ends too. */
  readonly round: (at: ErrorLocals, count: Code) => Code;
}

/**
 * Parameters: x, rows, rowBytes, blockBytes, scales (one a block), zeros (one a block), weights (v), out, output,
 * low and high (ends of the grid), shift (minifloats: 23 − mantissa bits in the exponent's place; see there).
 */
function errorKernel(name: string, code: RoundingCode, kind: KernelKind): KernelFunction {
  const at = errorLocals;
  const params: readonly ValueType[] = [
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "f32",
    "f32",
    "i32",
  ];
  const locals: readonly ValueType[] = [
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    ...Array.from({ length: 13 }, (): ValueType => "v128"),
  ];
  const sums = [at.squares, at.products, at.largest, at.clipped, at.weighted];
  return {
    name: `${name}${kind}`,
    params,
    locals,
    body: [
      [get(at.output), set(at.store)],
      whileLoop(
        [get(at.row), get(at.rows), i32LessUnsigned],
        [
          sums.map((sum) => [v128.constant(0), set(sum)]),
          [get(at.x), get(at.rowBytes), i32Add, set(at.rowEnd)],
          [get(at.weights), set(at.vector)],
          whileLoop(
            [get(at.x), get(at.rowEnd), i32LessUnsigned],
            [
              blockEndCode(at),
              [get(at.scales), v128.loadSplat(), set(at.scale)],
              code.perBlock(at),
              whileLoop(
                [get(at.x), get(at.blockEnd), i32LessUnsigned],
                elementCode(at, code, kind),
              ),
              add(at.scales, i32(4)),
              add(at.zeros, i32(4)),
            ],
          ),
          kind === "Store" ? [] : sums.map((sum, index) => reduceInto(at.out, sum, index)),
          add(at.out, i32(4 * statisticCount)),
          add(at.row, i32(1)),
        ],
      ),
    ],
  };
}

function elementCode(at: ErrorLocals, code: RoundingCode, kind: KernelKind): Code {
  const f = f32x4;
  const next = add(at.x, i32(16));
  const error: Code = [
    [get(at.x), v128.load(), set(at.value)],
    [get(at.value), get(at.scale), f.divide, set(at.scaled)],
    code.round(at, kind === "Store" ? [] : countClipped(at)),
    [get(at.rounded), get(at.scale), f.multiply, set(at.rounded)],
    [get(at.value), get(at.rounded), f.subtract, set(at.error)],
  ];
  if (kind === "Store")
    return [error, [get(at.store), get(at.error), v128.store()], add(at.store, i32(16)), next];
  const weighted: Code = [
    [get(at.weighted), get(at.vector), v128.load(), get(at.temporary), f.multiply, f.add],
    set(at.weighted),
    add(at.vector, i32(16)),
  ];
  return [
    error,
    [get(at.error), get(at.error), f.multiply, set(at.temporary)],
    [get(at.squares), get(at.temporary), f.add, set(at.squares)],
    [get(at.products), get(at.value), get(at.error), f.multiply, f.add, set(at.products)],
    [get(at.largest), get(at.error), f.abs, f.pmax, set(at.largest)],
    kind === "Weighted" ? weighted : [],
    next,
  ];
}

function reduceInto(out: number, sum: number, index: number): Code {
  const lane = (number: number): Code => [get(sum), f32x4.lane(number)];
  const isMax = index === 2;
  const joined: Code = isMax
    ? [lane(0), lane(1), 0x97, lane(2), 0x97, lane(3), 0x97]
    : [lane(0), lane(1), 0x92, lane(2), 0x92, lane(3), 0x92];
  return [get(out), joined, f32Store(4 * index)];
}

/** Nearest, ties to even, and clamped; with a zero point the clamp moves instead of the values. */
const integerCode: RoundingCode = {
  perBlock: (at) => [
    [get(at.low), f32x4.splat, get(at.zeros), v128.loadSplat(), f32x4.subtract, set(at.least)],
    [get(at.high), f32x4.splat, get(at.zeros), v128.loadSplat(), f32x4.subtract, set(at.most)],
  ],
  round: (at, count) => [
    [get(at.scaled), f32x4.nearest, set(at.temporary)],
    [get(at.temporary), get(at.least), f32x4.pmax, get(at.most), f32x4.pmin, set(at.rounded)],
    count,
  ],
};

/** What the grid's ends have cut off by more than half a step: lanes of `temporary` that they have changed in `rounded`. */
function countClipped(at: ErrorLocals): Code {
  const one = 0x3f800000;
  const isInside: Code = [get(at.temporary), get(at.rounded), f32x4.equal];
  return [get(at.clipped), v128.constant(one), isInside, v128.andNot, f32x4.add, set(at.clipped)];
}

/**
 * Adding 1.5 × 2^23 times the distance of neighbouring values lets the adder round to them, ties to even. The exponent
 * of the operand, at least that of the first normal number (`low` holds its float32), gives the distance.
 */
const minifloatCode: RoundingCode = {
  perBlock: (at) => [
    [get(at.low), f32x4.splat, set(at.least)],
    [get(at.high), f32x4.splat, set(at.most)],
  ],
  round: (at, count) => [
    [get(at.scaled), f32x4.abs, set(at.rounded)],
    [get(at.rounded), v128.constant(0x7f800000), v128.and, get(at.least), i32x4.maxSigned],
    [get(at.shift), i32x4.splat, i32x4.add, v128.constant(0x00400000), v128.or, set(at.temporary)],
    [get(at.rounded), get(at.temporary), f32x4.add, get(at.temporary), f32x4.subtract],
    set(at.temporary),
    [get(at.temporary), get(at.most), f32x4.pmin, set(at.rounded)],
    count,
    [get(at.rounded), get(at.scaled), v128.constant(0x80000000 | 0), v128.and, v128.or],
    set(at.rounded),
  ],
};

/** One comparison for each threshold; up to sixteen values that is less work than a look-up. */
function tableCode({ values, thresholds }: CodebookCode): RoundingCode {
  const bitsOf = (value: number): number =>
    new Int32Array(new Float32Array([value]).buffer)[0] ?? 0;
  return {
    perBlock: () => [],
    round: (at) => [
      [v128.constant(bitsOf(values[0] ?? 0)), set(at.rounded)],
      thresholds.map(({ at: threshold, isUpper }, index) => [
        [v128.constant(bitsOf(values[index + 1] ?? 0)), get(at.rounded)],
        [get(at.scaled), v128.constant(bitsOf(threshold))],
        isUpper ? f32x4.greaterEqual : f32x4.greater,
        [v128.select, set(at.rounded)],
      ]),
    ],
  };
}
