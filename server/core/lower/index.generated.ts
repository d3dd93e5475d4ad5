// Written by scripts/gen.mjs; do not edit.
import { pass as dropViews } from "./drop-views.js";
import { pass as foldBatchNorm } from "./fold-batch-norm.js";
import { pass as foldConstants } from "./fold-constants.js";
import { pass as foldZeros } from "./fold-zeros.js";
import { pass as fuseActivation } from "./fuse-activation.js";
import { pass as fuseAttention } from "./fuse-attention.js";
import { pass as fuseElementwise } from "./fuse-elementwise.js";
import { pass as fusePointwise } from "./fuse-pointwise.js";
import { pass as fuseQuantization } from "./fuse-quantization.js";
import { pass as keepWide } from "./keep-wide.js";
import { pass as mergeBias } from "./merge-bias.js";
import { pass as mergeProducts } from "./merge-products.js";
import { pass as stridedViews } from "./strided-views.js";
import type { LoweringPass } from "./pass.js";

export const passes: readonly LoweringPass[] = [
  dropViews,
  foldBatchNorm,
  foldConstants,
  foldZeros,
  fuseActivation,
  fuseAttention,
  fuseElementwise,
  fusePointwise,
  fuseQuantization,
  keepWide,
  mergeBias,
  mergeProducts,
  stridedViews,
];
