import { constantProducts } from "./constant-products.js";
import type { Hls4mlCosts } from "./costs.js";
import type { Hls4mlLayer } from "./network.js";
import type { Hls4mlLayerWords, Hls4mlWords } from "./words.js";

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

export function layerCost(
  layer: Hls4mlLayer,
  words: Hls4mlLayerWords,
  { io, clockNs }: Hls4mlWords,
  costs: Hls4mlCosts,
): LayerCost {
  const kinds = { words, clockNs, costs };
  switch (layer.kind) {
    case "dense":
      // The published streams count dense layers among their weights.
      if (io === "stream") {
        const weights = layer.inputs * layer.outputs;
        const own = convStream({ ...layer, kind: "conv", weights, pixels: 1 }, kinds);
        return { ...own, latency: words.strategy === "latency" ? 10 : words.reuse + 5 };
      }
      return words.strategy === "latency"
        ? denseLatency(layer, kinds)
        : denseResource(layer, kinds);
    case "conv":
      return io === "stream" ? convStream(layer, kinds) : convParallel(layer, kinds);
    case "relu": {
      const side = io === "stream" ? layer.channels : layer.elements;
      return {
        ...nothing,
        latency: isSlow(clockNs, costs) ? 0 : 1,
        ...both(
          costs,
          side * costs.of("reluLut") * slowShare(clockNs, costs),
          isSlow(clockNs, costs) ? 0 : side * costs.of("reluFf"),
        ),
      };
    }
    case "softmax": {
      const { classes } = layer;
      const isLut = words.multipliers === "lut";
      const levels = Math.ceil(Math.log2(Math.max(2, classes)));
      const cycles = costs.of("softmaxCycles") + costs.of("softmaxCyclesPerLevel") * levels;
      return {
        ...nothing,
        latency: Math.round(cycles * (isSlow(clockNs, costs) ? 0.72 : 1)) - (isLut ? 2 : 0),
        dsp: isLut ? 0 : classes,
        bram18: classes,
        bramAfter: Math.ceil(classes / 2),
        ...both(
          costs,
          classes * costs.of(isLut ? "softmaxLutMultiplierLut" : "softmaxLut"),
          classes * costs.of("softmaxFf"),
        ),
      };
    }
  }
}

interface Kinds {
  readonly words: Hls4mlLayerWords;
  readonly clockNs: number;
  readonly costs: Hls4mlCosts;
}

const nothing: LayerCost = {
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

function both(
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

function isSlow(clockNs: number, costs: Hls4mlCosts): boolean {
  return clockNs > 1.25 * costs.of("stageNs");
}

function slowShare(clockNs: number, costs: Hls4mlCosts): number {
  return isSlow(clockNs, costs) ? 0.78 : 1;
}

/**
 * Fully parallel products with constants, pipelined with the reuse factor as interval; multipliers are limited to
 * products over reuse (hls4ml, nnet_dense_latency). Narrow constants are mostly shifts and sums: only what has no cheap
 * form takes a multiplier, and where these are fewer than the limit, the interval is the reuse factor.
 */
function denseLatency(
  { inputs, outputs, weights }: Extract<Hls4mlLayer, { kind: "dense" }>,
  { words, clockNs, costs }: Kinds,
): LayerCost {
  const { reuse, multipliers } = words;
  // What the user says of zeros is of another model than the file's: one that will be pruned.
  const known =
    weights === undefined || words.zeros !== undefined
      ? undefined
      : constantProducts(weights, words.weightBits, words.weightFraction);
  const zeros = words.zeros ?? commonZeros(inputs, words.weightBits);
  const products = Math.max(1, known?.nonZero ?? inputs * outputs * (1 - zeros));
  const isNarrow = Math.max(words.weightBits, words.inputBits) <= costs.of("narrowBits");
  const wide = Math.ceil(words.weightBits / 26) * Math.ceil(words.inputBits / 18);
  const hard = isNarrow
    ? (known?.hard ?? hardProducts(inputs, outputs, products, costs))
    : (known?.notShifts ?? products);
  const limit = reuse > 1 ? Math.floor(products / reuse) + 1 : Infinity;
  const used = Math.min(hard, limit);
  const levels = Math.ceil(Math.log2(Math.min(128, Math.max(2, products / outputs))));
  const isLut = multipliers === "lut";
  const base = isSlow(clockNs, costs)
    ? Math.round((levels * costs.of("stageNs")) / clockNs + 1.3)
    : levels + 2 - (isLut ? 1 : 0);
  const isShared = hard > limit;
  const latency = isShared && reuse > 2 ? Math.round(hard / limit + base - (isLut ? 4 : 3)) : base;
  const lutShare = reuse > 1 ? costs.of("lutReuseShare") : 1;
  const ffShare = reuse > 1 ? costs.of("ffReuseShare") : 1;
  const widthShare = isNarrow ? 1 : 0.45;
  const lut =
    costs.of("lutPerProduct") * products * lutShare * widthShare +
    (isLut ? costs.of("lutPerLutMultiplier") * used * (isNarrow ? 1 : 5) : 0);
  const ff =
    costs.of("ffPerProduct") *
    products *
    ffShare *
    widthShare *
    (isSlow(clockNs, costs) ? 0.85 : 1);
  return {
    ...nothing,
    latency: Math.max(1, latency),
    interval: isShared && reuse > 2 ? Math.max(1, latency) + 1 : reuse,
    dsp: isLut ? 0 : Math.round(used * (isNarrow ? 1 : wide)),
    ...both(costs, lut, ff),
  };
}

/** Distinct products of an input that no shift or sum of two shifts makes. */
function hardProducts(
  inputs: number,
  outputs: number,
  products: number,
  costs: Hls4mlCosts,
): number {
  const density = products / (inputs * outputs);
  const fitted = Math.exp(
    costs.of("hardProducts.constant") +
      costs.of("hardProducts.inputs") * Math.log(inputs) +
      costs.of("hardProducts.outputs") * Math.log(outputs) +
      costs.of("hardProducts.density") * Math.log(density),
  );
  return Math.min(products, fitted);
}

/** Weights of a standard deviation of 1/√inputs that round to zero, half of the bits being fraction and more. */
function commonZeros(inputs: number, bits: number): number {
  const steps = 2 ** Math.max(1, bits - 3) / Math.sqrt(inputs);
  return Math.min(0.9, 0.4 / steps);
}

/** Weights lie in block RAM, and `reuse` passes go through products over reuse multipliers (hls4ml, nnet_dense_resource). */
function denseResource(
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  { words, clockNs, costs }: Kinds,
): LayerCost {
  const multipliers = Math.ceil((inputs * outputs) / words.reuse);
  const wide = Math.ceil(words.weightBits / 26) * Math.ceil(words.inputBits / 18);
  const dsp = words.multipliers === "lut" ? 0 : multipliers * wide;
  const bram =
    Math.ceil((multipliers * words.weightBits) / 36) * Math.max(1, Math.ceil(words.reuse / 512));
  const lut = multipliers * (words.multipliers === "lut" ? 160 : 55) + 20 * outputs + 300;
  return {
    ...nothing,
    latency: words.reuse + (isSlow(clockNs, costs) ? 3 : 5),
    interval: words.reuse,
    dsp,
    bram18: words.reuse > 1 ? bram : 0,
    bramAfter: words.reuse > 1 ? Math.ceil(bram / 2) : 0,
    ...both(costs, lut, multipliers * 45 + 16 * outputs + 200),
  };
}

type Conv = Extract<Hls4mlLayer, { kind: "conv" }>;

/** A pixel after the other through a window of line buffers. */
function convStream(layer: Conv, { words, costs }: Kinds): LayerCost {
  const { weights, pixels } = layer;
  const isShared = words.strategy === "resource";
  const perPixel = isShared
    ? Math.max(costs.of("stream.cyclesPerPixel"), words.reuse)
    : costs.of("stream.cyclesPerPixel");
  const interval = Math.round(pixels * perPixel + costs.of("stream.cyclesStart"));
  const lut = weights * costs.of(isShared ? "stream.lutPerWeightShared" : "stream.lutPerWeight");
  const ff = weights * costs.of(isShared ? "stream.ffPerWeightShared" : "stream.ffPerWeight");
  const bram = weights * costs.of("stream.bramPerWeight");
  return {
    latency: interval,
    interval,
    dsp: Math.round(
      isShared ? Math.max(1, weights / words.reuse) : weights * costs.of("stream.dspPerWeight"),
    ),
    lut: Math.round(lut),
    ff: Math.round(ff),
    bram18: Math.round(bram),
    lutAfter: Math.round(
      lut * costs.of(isShared ? "stream.lutAfterSynthesisShared" : "stream.lutAfterSynthesis"),
    ),
    ffAfter: Math.round(ff * costs.of("stream.ffAfterSynthesis")),
    bramAfter: Math.round(bram * costs.of("stream.bramAfterSynthesis") * 10) / 10,
  };
}

function convParallel(layer: Conv, { words, costs }: Kinds): LayerCost {
  const { weights, pixels } = layer;
  const lut = (weights * costs.of("parallel.lutPerWeight")) / costs.of("lutAfterSynthesis");
  const ff = (weights * costs.of("parallel.ffPerWeight")) / costs.of("ffAfterSynthesis");
  return {
    latency: pixels * words.reuse,
    interval: pixels * words.reuse,
    dsp: Math.round((weights * costs.of("parallel.dspPerWeight")) / words.reuse),
    bram18: Math.round(weights * costs.of("parallel.bramPerWeight") * 2),
    bramAfter: Math.round(weights * costs.of("parallel.bramPerWeight")),
    ...both(costs, lut, ff),
  };
}
