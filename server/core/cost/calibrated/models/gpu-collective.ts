import { gpuViewOf } from "../gpu-view.js";
import type { KernelModel } from "../kernel-model.js";

/**
 * Exchanges between GPUs of one node. The link's speed is not in a chip's file: the fit learns the time for each byte
 * that crosses it (`bytes` in `terms`), and by size and number of devices what protocol and library do.
 */
export const kernelModel: KernelModel = {
  id: "gpu-collective",
  kinds: ["collective"],
  features: [
    "log-bytes",
    "log-crossing",
    "log-group",
    "is-all-reduce",
    "is-all-gather",
    "is-reduce-scatter",
    "is-all-to-all",
    "is-custom",
    "element-bytes",
    "log-part",
    "exchange",
  ],
  describe: ({ shape, engine }, target) => {
    const gpu = gpuViewOf(target);
    if (shape.kind !== "collective" || engine !== "gpu" || gpu === undefined) return undefined;
    const { collective, group, bytes, elementBytes } = shape;
    if (bytes === 0 || group < 2) return undefined;
    const isAllReduce = collective === "all-reduce";
    const crossing = ((isAllReduce ? 2 : 1) * (group - 1) * bytes) / group;
    return {
      computeSeconds: 0,
      memorySeconds: (2 * bytes) / gpu.bandwidth,
      features: [
        Math.log2(bytes),
        Math.log2(crossing),
        Math.log2(group),
        isAllReduce ? 1 : 0,
        collective === "all-gather" ? 1 : 0,
        collective === "reduce-scatter" ? 1 : 0,
        collective === "all-to-all" ? 1 : 0,
        isAllReduce && shape.library !== "nccl" ? 1 : 0,
        elementBytes,
        Math.log2(bytes / group),
        isAllReduce && shape.library !== "nccl" ? exchanges.length : exchanges.indexOf(collective),
      ],
    };
  },
};

/** Numbers of the feature `exchange`; custom all-reduces come behind. */
const exchanges = ["all-reduce", "all-gather", "reduce-scatter", "all-to-all"] as const;
