import { expect, test } from "vitest";
import {
  bitsOf,
  decode,
  encode,
  pack42,
  unpack42,
} from "../../../server/core/quant/formats/codes.js";
import { writeBlockScales } from "../../../server/core/quant/formats/block-scales.js";
import { gridMax, gridValues } from "../../../server/core/quant/formats/grid.js";
import { storedBytes } from "../../../server/core/quant/formats/number-format.js";
import { roundToGrid } from "../../../server/core/quant/formats/round.js";
import { scaleOf } from "../../../server/core/quant/formats/scales.js";
import { parseScheme } from "../../../server/core/quant/formats/scheme.js";
import { quantizeRows } from "../../../server/core/quant/measure/quantize-rows.js";
import { formatProblems, formats, scheme } from "./format-kit.js";
import { gaussian, random } from "./random-numbers.js";

test("every format file can be read", () => {
  expect(formatProblems).toEqual([]);
  expect(formats.size).toBeGreaterThan(25);
});

// OCP Microscaling Formats (MX) v1.0, tables 4 and 5; OCP OFP8 v1.0, table 1.
test.each([
  ["fp4-e2m1", 6, 0.5, 15],
  ["fp6-e2m3", 7.5, 0.125, 63],
  ["fp6-e3m2", 28, 0.0625, 63],
  ["fp8-e4m3", 448, 2 ** -9, 253],
  ["fp8-e5m2", 57344, 2 ** -16, 247],
] as const)("%s has the range that its specification states", (id, max, least, count) => {
  const { grid } = scheme(id).format;
  const values = gridValues(grid);
  expect(gridMax(grid)).toBe(max);
  expect(values[values.length - 1]).toBe(max);
  expect(values.find((value) => value > 0)).toBe(least);
  // Both zeros are one value.
  expect(values).toHaveLength(count);
});

test("FP4 is the list of the specification", () => {
  expect(gridValues(scheme("fp4-e2m1").format.grid).filter((value) => value >= 0)).toEqual([
    0, 0.5, 1, 1.5, 2, 3, 4, 6,
  ]);
});

// Posit Standard 2022, section 3; Gustafson & Yonemoto 2017, figure 6 (posit8, es = 0) and SoftPosit's tables.
test.each([
  ["posit8es0", 0x40, 1],
  ["posit8es0", 0x60, 2],
  ["posit8es0", 0x50, 1.5],
  ["posit8es0", 0x7f, 64],
  ["posit8es0", 0x01, 1 / 64],
  ["posit8es0", 0xc0, -1],
  ["posit8es2", 0x7f, 2 ** 24],
  ["posit8es2", 0x01, 2 ** -24],
  ["posit16es1", 0x7fff, 2 ** 28],
  ["posit16es1", 0x5800, 3],
  ["posit4es1", 0x7, 16],
  ["posit16es2", 0x7fff, 2 ** 56],
] as const)("%s code %i is %d", (id, code, value) => {
  const { grid } = scheme(id).format;
  expect(decode(grid, code)).toBe(value);
  expect(encode(grid, value)).toBe(code);
});

test("posits never round to zero or to NaR", () => {
  const { grid } = scheme("posit8es1").format;
  expect(roundToGrid(grid, 1e-30)).toBe(2 ** -12);
  expect(roundToGrid(grid, -1e30)).toBe(-(2 ** 12));
  expect(roundToGrid(grid, 0)).toBe(0);
});

/** Every pattern that can be named, and every file. */
const everyGrid = [
  ...formats.keys(),
  ...[2, 3, 4, 5, 6, 7, 8].flatMap((bits) => [`int${bits}`, `uint${bits}`]),
  ...[3, 4, 5, 6, 7, 8].flatMap((bits) =>
    Array.from({ length: bits - 1 }, (_, index) => `e${index + 1}m${bits - 2 - index}`),
  ),
  "e3m2b5",
  "posit6es1",
  "bfp6",
  "pow4a2",
];

test.each(everyGrid)(
  "%s: each code survives, and rounding is to the nearest of all values",
  (id) => {
    const { grid } = scheme(id).format;
    const bits = bitsOf(grid);
    if (bits <= 8)
      for (let code = 0; code < 2 ** bits; code++) {
        const value = decode(grid, code);
        if (Number.isNaN(value) || !gridValues(grid).includes(value)) continue;
        expect(roundToGrid(grid, value) === value).toBe(true);
        // Two codes stand for zero in sign and magnitude; a codebook has no code twice.
        expect(decode(grid, encode(grid, value)) === value).toBe(true);
      }
    if (grid.kind === "posit" || gridValues(grid).length > 2000) return;
    const values = gridValues(grid);
    const next = random(5);
    for (let count = 0; count < 300; count++) {
      const x = (next() * 2.4 - 1.2) * gridMax(grid) * 2 ** -Math.floor(next() * 6);
      const rounded = roundToGrid(grid, x);
      const nearest = values.reduce((best, value) =>
        Math.abs(value - x) < Math.abs(best - x) ? value : best,
      );
      expect(Math.abs(rounded - x)).toBe(Math.abs(nearest - x));
    }
  },
);

test("stochastic rounding is right on average", () => {
  const next = random(9);
  for (const id of ["int4", "fp4-e2m1", "nf4", "mxfp6-e2m3"]) {
    const { grid } = scheme(id).format;
    const x = 0.31 * gridMax(grid);
    let sum = 0;
    for (let count = 0; count < 8000; count++) sum += roundToGrid(grid, x, next());
    expect(sum / 8000 / x).toBeCloseTo(1, 1);
  }
});

// OCP MX v1.0, section 6.3: X is the largest power of two up to max |V|, over that of the element's largest number.
test("an MX block takes the scale of the specification, and saturates what lies beyond", () => {
  const block = new Float32Array(32).fill(0.25);
  block[0] = 7.5;
  const { format } = scheme("mxfp4");
  expect(scaleOf(format, 7.5, { low: 0, high: 7.5 })).toBe(1);
  const quantized = quantizeRows(scheme("mxfp4"), block, 32);
  expect([quantized[0], quantized[1]]).toEqual([6, 0]);
  expect(scaleOf(scheme("mxfp8-e4m3").format, 500, { low: 0, high: 500 })).toBe(1);
  expect(scaleOf(scheme("mxint8").format, 1.5, { low: 0, high: 1.5 })).toBe(1);
  expect([...quantizeRows(scheme("mxint8"), Float32Array.of(1.5, 0.0234375, -1, 0), 4)]).toEqual([
    1.5, 0.03125, -1, 0,
  ]);
});

test("scales of many blocks are those of one at a time", () => {
  const next = random(2);
  const high = Float32Array.from({ length: 4000 }, () => 2 ** (next() * 40 - 34));
  high[0] = 0;
  const low = new Float32Array(high.length);
  const tensor = { low: 0, high: high.reduce((most, value) => Math.max(most, value), 0) };
  for (const id of ["mxfp4", "mxint8", "nvfp4", "nvfp4-ue5m3", "int4-g32", "int8", "bf16"]) {
    const into = new Float32Array(high.length);
    writeBlockScales(scheme(id).format, { low, high }, tensor, into);
    const differing = [...into].filter(
      (scale, index) => scale !== Math.fround(scaleOf(scheme(id).format, high[index] ?? 0, tensor)),
    );
    expect([id, differing]).toEqual([id, []]);
  }
});

test("six bits split into planes of four and two and come back", () => {
  const codes = Uint8Array.from({ length: 67 }, (_, index) => (index * 29) % 64);
  const planes = pack42(codes);
  expect([planes.high.length, planes.low.length]).toEqual([17, 34]);
  expect(unpack42(planes, 67)).toEqual(codes);
});

test("storage counts scales, packing and alignment", () => {
  const bytes = (id: string, rows: number, columns: number): number =>
    storedBytes(scheme(id).format, rows, columns);
  expect(bytes("int8", 64, 256)).toBe(64 * 256 + 64 * 4);
  expect(bytes("int8@tensor", 64, 256)).toBe(64 * 256 + 4);
  expect(bytes("mxfp4", 64, 256)).toBe((64 * 256) / 2 + 64 * 8);
  expect(bytes("nvfp4", 64, 256)).toBe((64 * 256) / 2 + 64 * 16 + 4);
  // An odd row of nibbles still ends with a whole byte.
  expect(bytes("int4", 3, 9)).toBe(3 * 5 + 3 * 4);
  expect(scheme("mxfp4").bits).toBe(4.25);
  expect(scheme("nvfp4").bits).toBe(4.5);
});

test.each([
  ["int4@g64", "int4@g64"],
  ["INT8@channel", "int8"],
  ["fp6-4+2+hadamard", "fp6-4+2+hadamard"],
  ["int8@tensor+p99.9", "int8@tensor+p99.9"],
])("%s is scheme %s", (text, id) => {
  expect(scheme(text).id).toBe(id);
});

test.each(["int99", "int8@row", "int8+magic", "", "e9m0"])(
  "%s is refused with a sentence",
  (text) => {
    expect(parseScheme(text, formats)).toMatch(/\.$/);
  },
);

test("NF4's values are the quantiles that its paper prints", () => {
  const values = gridValues(scheme("nf4").format.grid);
  expect(values).toHaveLength(16);
  expect([values[0], values[7], values[15]]).toEqual([-1, 0, 1]);
});

test("the error of a grid shrinks with its bits", () => {
  const x = gaussian(4096, 1);
  const error = (id: string): number =>
    quantizeRows(scheme(id), x, 4096).reduce(
      (sum, value, index) => sum + (value - (x[index] ?? 0)) ** 2,
      0,
    );
  for (let bits = 3; bits < 16; bits++)
    expect(error(`int${bits + 1}`)).toBeLessThan(error(`int${bits}`));
});
