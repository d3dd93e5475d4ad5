import { expertLoad } from "../expert-load.js";
import { gpuViewOf } from "../gpu-view.js";
import type { KernelModel } from "../kernel-model.js";

/**
 * Mixtures of experts on one GPU: grouped products over as many experts as tokens reach. What matters is how many
 * tokens an expert sees (its tile fill), how many experts' weights must be read, and how unevenly tokens choose: with a
 * power law the heaviest device has more than its share, and some experts are not read at all.
 */
export const kernelModel: KernelModel = {
  id: "gpu-moe",
  kinds: ["moe"],
  features: [
    "log-tokens",
    "log-hidden",
    "log-inter",
    "log-experts",
    "log-local-experts",
    "log-chosen",
    "log-devices",
    "is-gated",
    "skew",
    "log-pairs",
    "log-pairs-per-expert",
    "log-touched",
    "log-compute",
    "log-memory",
    "log-work",
    "balance",
    "weights-in-cache",
    "log-expert-bytes",
    "fill-16",
    "fill-128",
    "waves-up",
    "waves-down",
    "log-token-bytes",
    "weight-bytes",
    "tiled-to-work",
    "pairs-to-work",
    "touched-share",
    "log-pair-bytes",
    "log-tiled",
    "log-routed",
    "log-peak",
  ],
  describe: ({ shape, engine }, target) => {
    const gpu = gpuViewOf(target);
    if (shape.kind !== "moe" || engine !== "gpu" || gpu === undefined) return undefined;
    const { tokens, hidden, inter, experts, localExperts, chosen, skew } = shape;
    if (tokens * hidden * inter * experts * localExperts * chosen === 0) return undefined;
    const devices = experts / localExperts;
    const load = expertLoad({ tokens, experts, localExperts, chosen, skew });
    const { pairs, touched } = load;
    const products = shape.isGated ? 3 : 2;
    const expertBytes = products * hidden * inter * gpu.weightBytes;
    const weightBytes = touched * expertBytes;
    const tokenBytes = 2 * tokens * hidden * gpu.activationBytes;
    // Each pair has a row of its own between the products: gathered, activated, scattered.
    const pairBytes = 2 * pairs * (2 * hidden + products * inter);
    const computeSeconds = (2 * products * pairs * hidden * inter) / gpu.peak;
    const memorySeconds = (weightBytes + tokenBytes) / gpu.bandwidth;
    const work = Math.max(computeSeconds, memorySeconds);
    const small = load.rowBlocks(16);
    const large = load.rowBlocks(128);
    const up = (large * Math.ceil(((products - 1) * inter) / 128)) / gpu.units;
    const down = (large * Math.ceil(hidden / 128)) / gpu.units;
    const tiledSeconds =
      (2 * 128 * 128 * gpu.units * (Math.ceil(up) * hidden + Math.ceil(down) * inter)) / gpu.peak;
    return {
      computeSeconds,
      memorySeconds,
      features: [
        Math.log2(tokens),
        Math.log2(hidden),
        Math.log2(inter),
        Math.log2(experts),
        Math.log2(localExperts),
        Math.log2(chosen),
        Math.log2(devices),
        shape.isGated ? 1 : 0,
        skew,
        Math.log2(pairs),
        Math.log2(pairs / touched),
        Math.log2(touched),
        Math.log2(computeSeconds * 1e9),
        Math.log2(memorySeconds * 1e9),
        Math.log2(work * 1e9),
        Math.log2(computeSeconds / memorySeconds),
        Math.log2(weightBytes / gpu.cacheBytes),
        Math.log2(expertBytes),
        Math.log2((small * 16) / pairs),
        Math.log2((large * 128) / pairs),
        Math.log2(up),
        Math.log2(down),
        Math.log2(tokenBytes),
        gpu.weightBytes,
        Math.log2(tiledSeconds / work),
        Math.log2(pairBytes / gpu.bandwidth / work),
        Math.log2(touched / localExperts),
        Math.log2(pairBytes),
        Math.log2(tiledSeconds * 1e9),
        Math.log2(tokens * chosen),
        Math.log2(gpu.peak / 1e12),
      ],
    };
  },
};
