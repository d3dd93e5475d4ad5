import type { Kernel } from "../../lower/lowered.js";

/** Kernels that an eager framework launches through the same calls, and so in about the same time. */
export function launchClass({ shape, reads }: Kernel): string {
  switch (shape.kind) {
    case "conv":
      if (shape.groups === 1)
        return shape.kernelSize.every((extent) => extent === 1) ? "pointwise" : "conv";
      return shape.groups === shape.inputChannels ? "depthwise" : "grouped";
    case "elementwise":
      return reads.length < 2 ? "unary" : "binary";
    default:
      return shape.kind;
  }
}

/** A view runs as nothing on the chip, but the framework is called for it all the same. */
export function isLaunched({ shape, readBytes }: Kernel): boolean {
  return shape.kind !== "view" || readBytes > 0;
}
