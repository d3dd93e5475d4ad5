import { visiblePairs } from "../../../ops/visible-keys.js";
import { peakOf } from "../../../targets/catalogue.js";
import { computesNarrow } from "../attention-view.js";
import { nothing } from "../gpu-terms.js";
import { gpuViewOf } from "../gpu-view.js";
import type { KernelModel } from "../kernel-model.js";

/**
 * Multi-head latent attention (DeepSeek-V2): keys and values have heads of different sizes, in decode one latent head
 * serves all query heads, so that the product is dense and the cache is read once.
 */
export const kernelModel: KernelModel = {
  id: "gpu-latent-attention",
  kinds: ["attention"],
  features: [
    "is-decode",
    "log-batch",
    "log-keys",
    "log-heads",
    "log-compute",
    "log-memory",
    "log-work",
    "balance",
    "keys-in-cache",
    "log-blocks",
    "waste-blocks",
    "fill-64",
    "log-splits",
    "cache-bytes",
    "compute-bytes",
    "log-rows",
    "blocks-to-work",
    "log-serial-decode",
    "log-serial-prefill",
    "serial-to-work",
    "log-decode-blocks",
    "log-prefill-blocks",
    "log-decode-rows",
  ],
  describe: ({ shape, engine }, target) => {
    const gpu = gpuViewOf(target);
    if (shape.kind !== "attention" || engine !== "gpu" || gpu === undefined) return undefined;
    if (shape.headSize === shape.valueHeadSize) return undefined;
    const { batch, queryHeads, keyHeads, queryLength, keyLength, headSize, valueHeadSize } = shape;
    if (batch * queryHeads * queryLength * keyLength * headSize * valueHeadSize === 0)
      return undefined;
    const isDecode = queryLength === 1;
    const isNarrow = computesNarrow(target) || (isDecode && gpu.cachedBytes === 1);
    const peak =
      (isNarrow ? peakOf(target.chip.peaks, ["float8"])?.value : undefined) ??
      peakOf(target.chip.peaks, ["bfloat16", "float16"])?.value ??
      gpu.peak;
    const pairs = visiblePairs(queryLength, keyLength, keyLength, shape.isCausal);
    const computeSeconds = (2 * batch * queryHeads * pairs * (headSize + valueHeadSize)) / peak;
    // In decode the values are a part of the latent keys; in prefill fresh keys and values are of 16 bits.
    const keyBytes = isDecode
      ? batch * keyHeads * keyLength * headSize * gpu.cachedBytes
      : 2 * batch * keyHeads * keyLength * (headSize + valueHeadSize);
    const queryBytes = 2 * batch * queryHeads * queryLength * (headSize + valueHeadSize);
    const memorySeconds = (keyBytes + queryBytes) / gpu.bandwidth;
    const work = Math.max(computeSeconds, memorySeconds);
    const count = isDecode
      ? batch * Math.ceil(queryHeads / 64)
      : batch * queryHeads * Math.ceil(queryLength / 64);
    const blocks = count / gpu.units;
    // Keys that the longest-working multiprocessor goes through: most chips' decode kernels do not split a sequence.
    const serial = Math.ceil(blocks) * keyLength;
    return {
      computeSeconds,
      memorySeconds,
      features: [
        isDecode ? 1 : 0,
        Math.log2(batch),
        Math.log2(keyLength),
        Math.log2(queryHeads),
        Math.log2(computeSeconds * 1e9),
        Math.log2(memorySeconds * 1e9),
        Math.log2(work * 1e9),
        Math.log2(computeSeconds / memorySeconds),
        Math.log2(keyBytes / gpu.cacheBytes),
        Math.log2(blocks),
        Math.log2(Math.ceil(blocks) / blocks),
        Math.log2((Math.ceil(keyLength / 64) * 64) / keyLength),
        Math.log2(blocks * Math.max(1, keyLength / 64)),
        gpu.cachedBytes,
        isNarrow ? 1 : 2,
        Math.log2(batch * queryHeads * queryLength),
        Math.log2((blocks * 2e-6) / (work + 3e-6)),
        isDecode ? Math.log2(serial) : nothing,
        isDecode ? nothing : Math.log2(serial),
        Math.log2((serial * 1e-7) / (work + 3e-6)),
        isDecode ? Math.log2(blocks) : nothing,
        isDecode ? nothing : Math.log2(blocks),
        isDecode ? Math.log2(batch * queryHeads) : nothing,
      ],
    };
  },
};
