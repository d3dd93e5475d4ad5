import type { Hls4mlCosts } from "./costs.js";
import type { Hls4mlLayerWords } from "./words.js";

/** What the HLS tool reports of one layer, and what is left of it after synthesis. */
export interface LayerCost {
  readonly latency: number;
  readonly interval: number;
  readonly dsp: number;
  readonly lut: number;
  readonly ff: number;
  readonly bram18: number;
  readonly lutAfter: number;
  readonly ffAfter: number;
  readonly bramAfter: number;
}

/** What every kind of layer needs to know. */
export interface Kinds {
  readonly words: Hls4mlLayerWords;
  readonly clockNs: number;
  readonly costs: Hls4mlCosts;
}

export const nothing: LayerCost = {
  latency: 0,
  interval: 1,
  dsp: 0,
  lut: 0,
  ff: 0,
  bram18: 0,
  lutAfter: 0,
  ffAfter: 0,
  bramAfter: 0,
};

/** LUTs and flip-flops of the HLS report, and what is usually left of them. */
export function both(
  costs: Hls4mlCosts,
  lut: number,
  ff: number,
): Pick<LayerCost, "lut" | "ff" | "lutAfter" | "ffAfter"> {
  return {
    lut: Math.round(lut),
    ff: Math.round(ff),
    lutAfter: Math.round(lut * costs.of("lutAfterSynthesis")),
    ffAfter: Math.round(ff * costs.of("ffAfterSynthesis")),
  };
}

/** Whether so much fits into a period that stages merge. */
export function isSlow(clockNs: number, costs: Hls4mlCosts): boolean {
  return clockNs > 1.25 * costs.of("stageNs");
}

/** DSPs of one product of two operands: 26 × 17 bits fit one (DSP48E2: UG579). */
export function dspsOfProduct({ weightBits, inputBits }: Hls4mlLayerWords): number {
  return Math.ceil(weightBits / 26) * Math.ceil(inputBits / 18);
}
