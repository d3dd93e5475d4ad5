// Written by scripts/gen.mjs; do not edit.
import { kernelModel as eagerAttentionProduct } from "./eager-attention-product.js";
import { kernelModel as eagerBatchedMatmul } from "./eager-batched-matmul.js";
import { kernelModel as eagerConv } from "./eager-conv.js";
import { kernelModel as eagerElementwise } from "./eager-elementwise.js";
import { kernelModel as eagerLinear } from "./eager-linear.js";
import { kernelModel as eagerMatmul } from "./eager-matmul.js";
import { kernelModel as eagerNormalization } from "./eager-normalization.js";
import { kernelModel as eagerSoftmax } from "./eager-softmax.js";
import { kernelModel as ggmlAttention } from "./ggml-attention.js";
import { kernelModel as ggmlExperts } from "./ggml-experts.js";
import { kernelModel as ggmlMatmul } from "./ggml-matmul.js";
import { kernelModel as ggmlPrompt } from "./ggml-prompt.js";
import { kernelModel as ggmlRest } from "./ggml-rest.js";
import { kernelModel as gpuAttentionDecode } from "./gpu-attention-decode.js";
import { kernelModel as gpuAttentionPrefill } from "./gpu-attention-prefill.js";
import { kernelModel as gpuBatchedMatmul } from "./gpu-batched-matmul.js";
import { kernelModel as gpuCollective } from "./gpu-collective.js";
import { kernelModel as gpuLatentAttention } from "./gpu-latent-attention.js";
import { kernelModel as gpuMatmul } from "./gpu-matmul.js";
import { kernelModel as gpuMoe } from "./gpu-moe.js";
import { kernelModel as gpuQuantize } from "./gpu-quantize.js";
import { kernelModel as networkKernel } from "./network-kernel.js";
import { kernelModel as workAttention } from "./work-attention.js";
import { kernelModel as workConv } from "./work-conv.js";
import { kernelModel as workDepthwise } from "./work-depthwise.js";
import { kernelModel as workElementwise } from "./work-elementwise.js";
import { kernelModel as workGrouped } from "./work-grouped.js";
import { kernelModel as workMatmul } from "./work-matmul.js";
import { kernelModel as workMovement } from "./work-movement.js";
import { kernelModel as workNormalization } from "./work-normalization.js";
import { kernelModel as workPointwise } from "./work-pointwise.js";
import { kernelModel as workPool } from "./work-pool.js";
import { kernelModel as workRecurrent } from "./work-recurrent.js";
import { kernelModel as workReduction } from "./work-reduction.js";
import type { KernelModel } from "../kernel-model.js";

export const kernelModels: readonly KernelModel[] = [
  eagerAttentionProduct,
  eagerBatchedMatmul,
  eagerConv,
  eagerElementwise,
  eagerLinear,
  eagerMatmul,
  eagerNormalization,
  eagerSoftmax,
  ggmlAttention,
  ggmlExperts,
  ggmlMatmul,
  ggmlPrompt,
  ggmlRest,
  gpuAttentionDecode,
  gpuAttentionPrefill,
  gpuBatchedMatmul,
  gpuCollective,
  gpuLatentAttention,
  gpuMatmul,
  gpuMoe,
  gpuQuantize,
  networkKernel,
  workAttention,
  workConv,
  workDepthwise,
  workElementwise,
  workGrouped,
  workMatmul,
  workMovement,
  workNormalization,
  workPointwise,
  workPool,
  workRecurrent,
  workReduction,
];
