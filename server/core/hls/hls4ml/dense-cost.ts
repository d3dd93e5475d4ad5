import { bram18Of } from "../../design/block-ram.js";
import { constantProducts } from "./constant-products.js";
import { both, dspsOfProduct, isSlow, type Kinds, type LayerCost, nothing } from "./cost-kinds.js";
import { likelyHardProducts } from "./likely-weights.js";
import type { Hls4mlLayer } from "./network.js";

type Dense = Extract<Hls4mlLayer, { kind: "dense" }>;

/**
 * Fully parallel products with constants, pipelined with the reuse factor as interval; multipliers are limited to
 * products over reuse (hls4ml, nnet_dense_latency). Narrow constants are mostly shifts and sums: only what has no cheap
 * form takes a multiplier, and where these are fewer than the limit, the interval is the reuse factor.
 */
export function denseLatency(
  { inputs, outputs, weights }: Dense,
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
  const wide = dspsOfProduct(words);
  const hard = words.arePowers
    ? 0
    : isNarrow
      ? (known?.hard ??
        likelyHardProducts(
          inputs,
          outputs,
          products,
          { bits: words.weightBits, fraction: words.weightFraction },
          costs.of("weightSpread"),
        ))
      : (known?.notShifts ?? products);
  const limit = reuse > 1 ? multiplierLimit(inputs * outputs, products, reuse) : Infinity;
  const used = Math.min(hard, limit);
  const levels = Math.ceil(Math.log2(Math.min(128, Math.max(2, products / outputs))));
  const isLut = multipliers === "lut";
  const base = isSlow(clockNs, costs)
    ? Math.round((levels * costs.of("stageNs")) / clockNs + 1.3)
    : levels + 2 - (isLut ? 1 : 0);
  const isShared = hard > limit;
  const latency = isShared && reuse > 2 ? Math.ceil(hard / limit) + base - (isLut ? 4 : 3) : base;
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

/** What a configuration of hls4ml allows: all products over the reuse factor, less the zeros over it (`multiplier_limit`). */
function multiplierLimit(all: number, products: number, reuse: number): number {
  return Math.max(1, Math.ceil(all / reuse) - Math.floor((all - products) / reuse));
}

/** Weights of a standard deviation of 1/√inputs that round to zero, half of the bits being fraction and more. */
function commonZeros(inputs: number, bits: number): number {
  const steps = 2 ** Math.max(1, bits - 3) / Math.sqrt(inputs);
  return Math.min(0.9, 0.4 / steps);
}

/** Weights lie in block RAM, and `reuse` passes go through products over reuse multipliers (hls4ml, nnet_dense_resource). */
export function denseResource(
  { inputs, outputs }: Dense,
  { words, clockNs, costs }: Kinds,
): LayerCost {
  const { reuse, weightBits } = words;
  const multipliers = Math.ceil((inputs * outputs) / reuse);
  const dsp =
    words.multipliers === "lut" || words.arePowers ? 0 : multipliers * dspsOfProduct(words);
  const blocks = reuse > 1 ? bram18Of(reuse, multipliers * weightBits) : 0;
  const lut = multipliers * (words.multipliers === "lut" ? 160 : 55) + 20 * outputs + 300;
  return {
    ...nothing,
    latency: reuse + (isSlow(clockNs, costs) ? 3 : 5),
    interval: reuse,
    dsp,
    bram18: blocks,
    bramAfter: blocks / 2,
    ...both(costs, lut, multipliers * 45 + 16 * outputs + 200),
  };
}
