import type { KernelShape } from "../ops/kernel-shape.js";

/** What an engine can be built for alone: a binary engine for windows of 3 × 3 and 1 × 1, memory that multiplies for attention. */
export type LayerClass = (typeof layerClasses)[number];

export const layerClasses = [
  "convolution",
  "convolution-1x1",
  "convolution-3x3",
  "depthwise",
  "matmul",
  "attention",
  "moe",
  "recurrent",
  "elementwise",
] as const;

/** Whether an engine that takes only some classes of layers takes this one. */
export function takes(runs: readonly LayerClass[] | undefined, shape: KernelShape): boolean {
  return runs === undefined || classesOf(shape).some((own) => runs.includes(own));
}

function classesOf(shape: KernelShape): readonly LayerClass[] {
  switch (shape.kind) {
    case "conv":
      return convolutionClasses(shape);
    case "matmul":
    case "attention":
    case "moe":
    case "recurrent":
      return [shape.kind];
    default:
      return ["elementwise"];
  }
}

function convolutionClasses(
  shape: Extract<KernelShape, { readonly kind: "conv" }>,
): readonly LayerClass[] {
  const { groups, inputChannels, kernelSize } = shape;
  if (groups > 1 && groups === inputChannels) return ["depthwise"];
  const isOf = (extent: number): boolean => kernelSize.every((own) => own === extent);
  return [
    "convolution",
    ...(isOf(1) ? (["convolution-1x1"] as const) : []),
    ...(isOf(3) ? (["convolution-3x3"] as const) : []),
  ];
}
