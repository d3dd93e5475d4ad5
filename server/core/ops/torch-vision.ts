import { productOf } from "../base/product.js";
import type { OpRule, Work, WorkContext } from "./rule.js";
import { each, torchRule } from "./torch-rule.js";

/** Operators that torchvision adds to torch. */
export const rule: OpRule = torchRule({
  ...each(["roi_align", "ps_roi_align"], (ctx) => regionWork(ctx, alignFlops * samplesOf(ctx))),
  ...each(["roi_pool", "ps_roi_pool"], (ctx) => regionWork(ctx, 4)),
  nms: suppressionWork,
  conv_tbc: timeConvolutionWork,
});

/** Bilinear sampling takes four products and three sums; the mean adds one (He et al. 2017, Mask R-CNN, section 3). */
const alignFlops = 8;

/** Samples a bin; `sampling_ratio` squared, or as many as the bin has pixels, about four. */
function samplesOf(ctx: WorkContext): number {
  const ratio = ctx.int("sampling_ratio", 2);
  return ratio > 0 ? ratio * ratio : 4;
}

function regionWork(ctx: WorkContext, flops: number): Work | undefined {
  const outputElements = ctx.outputElements(0);
  if (outputElements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: flops * outputElements,
    kernel: { kind: "pool", outputElements, windowElements: 4 },
  };
}

/** Boxes are sorted, then each is compared with every other: overlap takes about 12 operations. The most it can be. */
function suppressionWork(ctx: WorkContext): Work | undefined {
  const boxes = ctx.dims(0)?.[0];
  if (boxes === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: Math.round(boxes * Math.log2(Math.max(2, boxes)) + (12 * boxes * boxes) / 2),
    kernel: { kind: "sort", rows: 1, columns: boxes },
  };
}

/** Input [time, batch, in], weight [kernel, in, out]. */
function timeConvolutionWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  const weight = ctx.dims(1);
  const made = ctx.outputDims(0);
  if (input?.length !== 3 || weight?.length !== 3 || made?.length !== 3) return undefined;
  const [time = 1, batch = 1, inputChannels = 1] = input;
  const [kernel = 1, , outputChannels = 1] = weight;
  const elements = productOf(made);
  return {
    macs: elements * inputChannels * kernel,
    otherFlops: elements,
    kernel: {
      kind: "conv",
      batch,
      groups: 1,
      inputChannels,
      outputChannels,
      inputSize: [time],
      outputSize: [made[0] ?? 1],
      kernelSize: [kernel],
      strides: [1],
      isTransposed: false,
    },
  };
}
