// Written by scripts/gen.mjs; do not edit.
import { kernelModel as gpuMatmul } from "./gpu-matmul.js";
import type { KernelModel } from "../kernel-model.js";

export const kernelModels: readonly KernelModel[] = [
  gpuMatmul,
];
