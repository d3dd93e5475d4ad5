// Written by scripts/gen.mjs; do not edit.
import { kernelModel as gpuMatmul } from "./gpu-matmul.js";
import { kernelModel as networkKernel } from "./network-kernel.js";
import { kernelModel as workConv } from "./work-conv.js";
import { kernelModel as workDepthwise } from "./work-depthwise.js";
import { kernelModel as workElementwise } from "./work-elementwise.js";
import { kernelModel as workGrouped } from "./work-grouped.js";
import { kernelModel as workMatmul } from "./work-matmul.js";
import { kernelModel as workMovement } from "./work-movement.js";
import { kernelModel as workNormalization } from "./work-normalization.js";
import { kernelModel as workPointwise } from "./work-pointwise.js";
import { kernelModel as workPool } from "./work-pool.js";
import { kernelModel as workReduction } from "./work-reduction.js";
import type { KernelModel } from "../kernel-model.js";

export const kernelModels: readonly KernelModel[] = [
  gpuMatmul,
  networkKernel,
  workConv,
  workDepthwise,
  workElementwise,
  workGrouped,
  workMatmul,
  workMovement,
  workNormalization,
  workPointwise,
  workPool,
  workReduction,
];
