import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/**
 * Copies: transpositions, concatenations, cuts, rows of tables, enlargements. Those of one tensor are counted again by
 * themselves, as are enlargements, rows of tables and tensors that are joined: a compiler may let the makers of several
 * write to where they are joined, and only then nothing is moved.
 */
export const kernelModel: KernelModel = {
  id: "work-movement",
  kinds: ["movement", "gather", "resize"],
  features: [
    "calls",
    "activations",
    "single-activations",
    "spilled",
    "enlargements",
    "gathered",
    "joined",
  ],
  describe: (kernel, target) => {
    const work = workOfKernel(kernel, target);
    const single = kernel.reads.length < 2 ? work.activations : 0;
    const { kind } = kernel.shape;
    return workView(work, [
      1,
      work.activations,
      single,
      work.spilled,
      kind === "resize" ? 1 : 0,
      kind === "gather" ? work.activations : 0,
      kernel.reads.length < 2 ? 0 : work.activations,
    ]);
  },
};
