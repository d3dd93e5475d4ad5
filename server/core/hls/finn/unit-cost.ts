import { bram18Of } from "../../design/block-ram.js";
import type { Hls4mlCosts } from "../hls4ml/costs.js";
import type { MatrixUnit, SideUnit, Unit } from "./units.js";

export interface UnitCost {
  /** Cycles of an inference in it. */
  readonly cycles: number;
  /** Share of its input that it needs before the first result. */
  readonly fill: number;
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
}

/** Words deep up to which memories lie in LUTs: one LUT6 is a memory of 64 bits (UG574). */
const lutRamWords = 64;
/** Words of the queue behind a unit, unless something has sized it. */
const queueWords = 32;

export function unitCost(
  unit: Unit,
  costs: Hls4mlCosts,
  multipliers: "lut" | "dsp" | undefined,
): UnitCost {
  return unit.kind === "matrix" ? matrixCost(unit, costs, multipliers) : sideCost(unit, costs);
}

/** (rows ÷ PE) × (columns ÷ SIMD) for each vector. */
export function matrixCycles({ rows, window, vectors, pe, simd }: MatrixUnit): number {
  return (rows / pe) * (window / simd) * vectors;
}

function matrixCost(
  unit: MatrixUnit,
  costs: Hls4mlCosts,
  multipliers: "lut" | "dsp" | undefined,
): UnitCost {
  const { rows, window, pe, simd, bits, slides } = unit;
  const sum = bits.weights + bits.inputs;
  const lanes = pe * simd;
  const isDsp =
    (multipliers ?? (Math.min(bits.weights, bits.inputs) > 4 ? "dsp" : "lut")) === "dsp";
  // Bits of a sum of `window` products (Colbert et al., arXiv 2301.13376, the bound by data types).
  const accumulator = Math.ceil(Math.log2(Math.max(2, window)) + sum - 1);
  const products = isDsp
    ? lanes * costs.of("lutPerDspLane")
    : lanes * sum * (2 * Math.ceil(sum / 6) - 1) * costs.of("lutPerLaneBit");
  const deep = rows / pe;
  const steps = bits.outputs === 0 ? 0 : 2 ** Math.min(bits.outputs, 8) - 1;
  // Thresholds: each is compared at once, and lies beside its comparator.
  const perElement =
    accumulator *
    (1 + steps * (1 + Math.ceil(deep / lutRamWords))) *
    costs.of("lutPerThresholdBit");
  const memory = weightMemory(unit);
  const lines = slides === undefined ? { lut: 0, bram18: 0 } : lineBuffers(unit, slides);
  const queue = queueLuts(queueWords, pe * (bits.outputs || accumulator));
  const logic =
    costs.of("lutPerUnit") +
    (slides === undefined ? 0 : costs.of("lutPerSlidingUnit")) +
    products +
    pe * perElement;
  const lut = logic * (1 + costs.of("lutOfQueuesShare")) + memory.lut + lines.lut + queue;
  return {
    cycles: matrixCycles(unit),
    fill: slides === undefined ? 1 : Math.min(1, slides.side / slides.inputWidth),
    lut: Math.round(lut),
    ff: Math.round(lut * costs.of("ffPerLut")),
    dsp: isDsp ? dspsOf(unit) : 0,
    bram18: memory.bram18 + lines.bram18,
  };
}

/** Products of up to 4 bits go four to a DSP, of up to 8 bits two (FINN's packed units for the DSP48). */
function dspsOf({ pe, simd, bits }: MatrixUnit): number {
  const most = Math.max(bits.weights, bits.inputs);
  const packed = most <= 4 ? 4 : most <= 8 ? 2 : 1;
  return Math.ceil(pe / packed) * simd;
}

/** Weights of one cycle side by side, as deep as there are folds; embedded ones lie in each element by themselves. */
function weightMemory({ rows, window, pe, simd, bits, memory, isDepthwise }: MatrixUnit): {
  readonly lut: number;
  readonly bram18: number;
} {
  const deep = (rows / pe) * (window / simd);
  const wide = simd * bits.weights;
  if (deep <= 1 && !isDepthwise) return { lut: 0, bram18: 0 };
  const isBlock = memory === "block" || (memory !== "distributed" && deep > lutRamWords);
  if (!isBlock) return { lut: pe * wide * Math.ceil(deep / lutRamWords), bram18: 0 };
  return {
    lut: 0,
    bram18: memory === "embedded" ? pe * bram18Of(deep, wide) : bram18Of(deep, pe * wide),
  };
}

/** Rows of the window that lie on the chip, in LUTs up to 64 words deep. */
function lineBuffers(
  { simd, bits }: MatrixUnit,
  { channels, side, inputWidth }: NonNullable<MatrixUnit["slides"]>,
): { readonly lut: number; readonly bram18: number } {
  const atOnce = Math.min(simd, channels);
  const deep = Math.ceil((((side - 1) * inputWidth + side) * channels) / atOnce);
  const wide = atOnce * bits.inputs;
  return deep <= lutRamWords
    ? { lut: wide * Math.ceil(deep / lutRamWords), bram18: 0 }
    : { lut: 0, bram18: bram18Of(deep, wide) };
}

/** Two bits of 32 words in a LUT, and pointers. */
function queueLuts(words: number, bits: number): number {
  return 2 * Math.ceil(Math.log2(words)) + Math.ceil(words / 32) * Math.ceil(bits / 2);
}

/** All channels of a pixel in a cycle: a comparison, a sum, or a product with a constant in thresholds. */
function sideCost({ kind, channels, pixels, bits }: SideUnit, costs: Hls4mlCosts): UnitCost {
  const lut =
    costs.of("lutPerUnit") / 2 +
    channels * bits * (kind === "pool" ? 1 : 2) * (kind === "norm" ? 2 : 1);
  // A shortcut waits for the branch that has the layers.
  const bram18 = kind === "add" && pixels > lutRamWords ? bram18Of(pixels, channels * bits) : 0;
  return {
    cycles: pixels,
    fill: 0,
    lut: Math.round(lut),
    ff: Math.round(lut * costs.of("ffPerLut")),
    dsp: 0,
    bram18,
  };
}
