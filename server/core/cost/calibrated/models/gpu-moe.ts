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
    "fill-64",
    "fill-128",
    "tiles-64",
    "tiles-128",
    "log-token-bytes",
    "weight-bytes",
    "log-tile-work",
    "log-peak",
  ],
  describe: ({ shape, engine }, target) => {
    const gpu = gpuViewOf(target);
    if (shape.kind !== "moe" || engine !== "gpu" || gpu === undefined) return undefined;
    const { tokens, hidden, inter, experts, localExperts, chosen, skew } = shape;
    if (tokens * hidden * inter * experts * localExperts * chosen === 0) return undefined;
    const devices = experts / localExperts;
    const pairs = (tokens * chosen) / devices;
    const products = shape.isGated ? 3 : 2;
    const touched = Math.min(localExperts, localExperts * (1 - (1 - chosen / experts) ** tokens));
    const perExpert = Math.max(1, pairs / localExperts);
    const expertBytes = products * hidden * inter * gpu.weightBytes;
    const weightBytes = Math.max(touched, Math.min(1, pairs)) * expertBytes;
    const tokenBytes = 2 * tokens * hidden * gpu.activationBytes;
    const computeSeconds = (2 * products * pairs * hidden * inter) / gpu.peak;
    const memorySeconds = (weightBytes + tokenBytes) / gpu.bandwidth;
    const work = Math.max(computeSeconds, memorySeconds);
    const fill = (rows: number): number =>
      Math.log2((Math.ceil(perExpert / rows) * rows) / perExpert);
    const tiles = (rows: number): number =>
      Math.max(touched, 1) * Math.ceil(perExpert / rows) * Math.ceil(inter / rows);
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
        Math.log2(pairs / localExperts),
        Math.log2(Math.max(touched, 0.01)),
        Math.log2(computeSeconds * 1e9),
        Math.log2(memorySeconds * 1e9),
        Math.log2(work * 1e9),
        Math.log2(computeSeconds / memorySeconds),
        Math.log2(weightBytes / gpu.cacheBytes),
        Math.log2(expertBytes),
        fill(64),
        fill(128),
        Math.log2(tiles(64) / gpu.units),
        Math.log2(tiles(128) / gpu.units),
        Math.log2(tokenBytes),
        gpu.weightBytes,
        Math.log2(
          (Math.ceil(tiles(64) / gpu.units) * 64 * 64 * hidden * 2 * products * gpu.units) /
            gpu.peak /
            work,
        ),
        Math.log2(gpu.peak / 1e12),
      ],
    };
  },
};
