import { expect, test } from "vitest";
import { measureWeight } from "../../../server/core/quant/measure/measure-weight.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { quantizeRows } from "../../../server/core/quant/measure/quantize-rows.js";
import { effectiveRank } from "../../../server/core/quant/measure/effective-rank.js";
import { lMul, lMulError } from "../../../server/core/quant/formats/l-mul.js";
import { quantizedWeight } from "../../../server/core/quant/measured/quantized-weight.js";
import { sqnrDb } from "../../../server/core/quant/measure/statistics.js";
import { compileKernels } from "../../../server/engines/quant/compile-kernels.js";
import { formats, scheme } from "./format-kit.js";
import { gaussian, random } from "./random-numbers.js";

const rows = 32;
const columns = 512;

/** Signal to noise of a matrix in a scheme, by the kernels where there are some. */
function db(x: Float32Array, id: string, width = columns): number {
  const one = scheme(id);
  const kernels = compileKernels([one.format.grid]);
  const found = measureWeight(
    kernels,
    { load: (first, count, into) => into.set(x.subarray(first, first + count)) },
    { rows: x.length / width, columns: width, outer: 1, inner: width, window: 1 },
    [one],
    { cancel: neverCancelled },
  );
  return sqnrDb(found.energy, found.schemes[0]?.squareSum ?? 0) ?? NaN;
}

const normal = gaussian(rows * columns, 1);
const next = random(2);
const uniform = Float32Array.from({ length: rows * columns }, () => 2 * next() - 1);
/** Student's t with 2 degrees of freedom: few values far out. */
const heavy = normal.map((value, index) => value / Math.sqrt(-Math.log(next())) + 0 * index);
/** One channel in 64 is forty times as large. */
const withOutliers = normal.map((value, index) => (index % 64 === 5 ? 40 * value : value));

// Kuzmin et al. 2022, FP8 Quantization: The Power of the Exponent, arXiv 2208.09225, section 3; FP8 versus INT8, 2303.17951.
test("FP8 E4M3 beats INT8 on heavy tails and loses on uniform weights", () => {
  expect(db(heavy, "fp8-e4m3")).toBeGreaterThan(db(heavy, "int8"));
  expect(db(uniform, "fp8-e4m3")).toBeLessThan(db(uniform, "int8"));
});

// Krishnamoorthi 2018, Quantizing deep convolutional networks, arXiv 1806.08342, section 3.1.
test("a scale for each channel beats one for the tensor on a depthwise layer", () => {
  const depthwise = gaussian(64 * 9, 3).map(
    (value, index) => value * 4 ** ((index % 7) - 3 + Math.floor(index / 9) / 16),
  );
  expect(db(depthwise, "int8", 9)).toBeGreaterThan(db(depthwise, "int8@tensor", 9) + 6);
});

// Rouhani et al. 2023, Microscaling Data Formats for Deep Learning, arXiv 2310.10537, section 4.
test("blocks of 32 beat one INT8 scale for a tensor with outliers", () => {
  expect(db(withOutliers, "mxint8")).toBeGreaterThan(db(withOutliers, "int8@tensor"));
  expect(db(withOutliers, "mxfp8-e4m3")).toBeGreaterThan(db(withOutliers, "int8@tensor") - 3);
});

// Ashkboos et al. 2024, QuaRot, arXiv 2404.00456, section 3.
test("a Hadamard rotation helps where channels are outliers", () => {
  expect(db(withOutliers, "int4+hadamard")).toBeGreaterThan(db(withOutliers, "int4") + 3);
});

// Dettmers et al. 2023, QLoRA, arXiv 2305.14314, section 3 and table 2.
test("NF4 beats INT4 on Gaussian weights in equal groups", () => {
  expect(db(normal, "nf4")).toBeGreaterThan(db(normal, "int4@g64"));
});

// Chen et al. 2025, INT v.s. FP, arXiv 2510.25602, section 5: NVINT4 passes NVFP4 once outliers are rotated away.
test("NVINT4 beats NVFP4 after a rotation", () => {
  expect(db(withOutliers, "nvint4+hadamard")).toBeGreaterThan(db(withOutliers, "nvfp4+hadamard"));
});

// Choukroun et al. 2019, arXiv 1902.06822: a range with least square error is never worse than the full one.
test("clipping for least square error helps INT4 on Gaussian weights", () => {
  expect(db(normal, "int4+mse")).toBeGreaterThan(db(normal, "int4"));
});

// Chen et al. 2024, BitMoD, arXiv 2411.11745, table V.
test("choosing the data type of each group beats FP4 and INT4 at equal groups", () => {
  expect(db(normal, "bitmod4")).toBeGreaterThan(db(normal, "fp4-e2m1@g128"));
  expect(db(normal, "bitmod4")).toBeGreaterThan(db(normal, "int4-g128"));
});

// Dettmers et al. 2022, LLM.int8(), arXiv 2208.07339, section 3.2 and table 1.
test("keeping outlier channels in 16 bits saves INT8 from them", () => {
  expect(db(withOutliers, "llm-int8")).toBeGreaterThan(db(withOutliers, "int8") + 10);
  // By hand: the other channels are INT8 with ranges that know nothing of the outliers.
  const rest = withOutliers.map((value, index) => (index % 64 === 5 ? 0 : value));
  const plain = quantizeRows(scheme("int8"), rest, columns);
  const found = quantizeRows(scheme("llm-int8"), withOutliers, columns);
  const differing = [...found].filter((value, index) => index % 64 !== 5 && value !== plain[index]);
  expect(differing).toEqual([]);
});

// Nagel et al. 2019, arXiv 1906.04721, section 4.1; Xiao et al. 2023, SmoothQuant, arXiv 2211.10438, section 4.
test("scaling input channels to like ranges helps a scale that they share", () => {
  expect(db(withOutliers, "int4+equalize")).toBeGreaterThan(db(withOutliers, "int4") + 3);
});

// Trukhanov & Soloveychik 2024, Accurate Block Quantization in LLMs with Outliers, arXiv 2403.20137, section 4.
test("channels in the order of their magnitudes help blocks that share an exponent", () => {
  const bulk = withOutliers.map((value, index) => (index % 64 === 5 ? 0 : value));
  const noise = (id: string): number => {
    const quantized = quantizeInPlace(id, withOutliers);
    return bulk.reduce(
      (sum, value, index) => (value === 0 ? sum : sum + (value - (quantized[index] ?? 0)) ** 2),
      0,
    );
  };
  expect(noise("bfp5+sort")).toBeLessThan(noise("bfp5") / 2);
});

// Nagel et al. 2019, section 4.2, for inputs of one mean.
test("a corrected bias leaves no row with an error on the mean input", () => {
  const shifted = normal.map((value) => value * 0.1 + 0.05);
  const quantized = quantizeInPlace("int3+bias", shifted);
  for (let row = 0; row < rows; row++) {
    const sum = (x: Float32Array): number =>
      x.subarray(row * columns, (row + 1) * columns).reduce((total, value) => total + value, 0);
    expect(sum(quantized)).toBeCloseTo(sum(shifted), 3);
  }
});

// Luo & Sun 2024, arXiv 2410.00907, equation 1, worked by hand.
test.each([
  [1.5, 1.5, 4, 2.125],
  [-1.25, 3, 3, -2 * (1 + 0.25 + 0.5 + 0.125)],
  [1, 1, 5, 1 + 1 / 16],
  [0, 7, 3, 0],
])("L-Mul of %d and %d with %d mantissa bits is %d", (x, y, bits, product) => {
  expect(lMul(x, y, bits)).toBe(product);
});

test("L-Mul errs less with more mantissa bits, and by less than a quarter", () => {
  const error = (bits: number): number =>
    Math.max(...normal.subarray(0, 500).map((value) => lMulError(value, bits)));
  expect(error(3)).toBeLessThan(0.25);
  expect(db(normal, "lmul4")).toBeGreaterThan(db(normal, "lmul3"));
});

// Roy & Vetterli 2007, section 3: 1 for a matrix of rank one, n for n equal singular values, and in between.
test("the effective rank counts the directions that a weight uses", () => {
  const size = 24;
  const rankOf = (value: (row: number, column: number) => number): number => {
    const x = Float32Array.from({ length: size * size }, (_, index) =>
      value(Math.floor(index / size), index % size),
    );
    const shape = { rows: size, columns: size, outer: 1, inner: size, window: 1 };
    const load = (first: number, count: number, into: Float32Array): void =>
      into.set(x.subarray(first, first + count));
    return effectiveRank({ load }, shape).value;
  };
  expect(rankOf((row, column) => (row + 1) * (column - 7))).toBeCloseTo(1, 3);
  expect(rankOf((row, column) => (row === column ? 3 : 0))).toBeCloseTo(size, 6);
  // Singular values 3 and 1: shares ¾ and ¼.
  const two = rankOf((row, column) => (row === column && row < 2 ? 3 - 2 * row : 0));
  expect(two).toBeCloseTo(Math.exp(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)), 6);
});

function quantizeInPlace(id: string, x: Float32Array): Float32Array {
  const shape = { rows, columns, outer: 1, inner: columns, window: 1 };
  return quantizedWeight(scheme(id), x, shape);
}

test("kernels and plain arithmetic agree on every format, at lengths that fill no vector", () => {
  const width = 37;
  const x = gaussian(13 * width, 6).map((value) => value * 0.05);
  const differing = [...formats.keys(), "uint8", "int5", "e3m1", "posit4es1", "pow4a2"].filter(
    (id) => {
      const quantized = quantizeRows(scheme(id), x, width);
      const squares = x.reduce(
        (sum, value, index) => sum + (value - (quantized[index] ?? 0)) ** 2,
        0,
      );
      const energy = x.reduce((sum, value) => sum + value * value, 0);
      return Math.abs((sqnrDb(energy, squares) ?? 0) - db(x, id, width)) > 0.01;
    },
  );
  expect(differing).toEqual([]);
});

test("LLM.int8() keeps columns with outliers in 16 bits and counts them (arXiv 2208.07339, section 3.2)", () => {
  const x = normal.map((value, index) => (index % columns === 9 ? 40 * value : value));
  const one = scheme("llm-int8");
  const bytesOf = (data: Float32Array): number =>
    measureWeight(
      compileKernels([one.format.grid]),
      { load: (first, count, into) => into.set(data.subarray(first, first + count)) },
      { rows, columns, outer: 1, inner: columns, window: 1 },
      [one],
      { cancel: neverCancelled },
    ).schemes[0]?.bytes ?? NaN;
  expect(bytesOf(x) - bytesOf(normal)).toBe(rows);
});
