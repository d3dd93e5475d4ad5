import type { KernelKind } from "../ops/kernel-shape.js";
import { fuseElementwise } from "./fuse-elementwise.js";
import type { LoweringPass } from "./pass.js";

/**
 * What TorchInductor does in its default mode: element-wise work is fused with itself, with normalizations and into
 * reductions, while convolutions and products are calls of cuDNN, cuBLAS or oneDNN that take no epilogue (epilogues
 * need `max-autotune`; PyTorch documentation, `torch.compile`, and `torch/_inductor/config.py`).
 */
export const pass: LoweringPass = {
  id: "fuse-pointwise",
  run: (draft) => fuseElementwise(draft, takesEpilogue),
};

const takesEpilogue: ReadonlySet<KernelKind> = new Set([
  "elementwise",
  "normalization",
  "softmax",
  "quantize",
] as const);
