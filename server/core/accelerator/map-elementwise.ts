import type { Kernel } from "../lower/lowered.js";
import { dramName } from "./map-contraction.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";

/** A kernel without products: the vector units work while its operands stream from and to the DRAM. */
export function mapElementwise({ accelerator, stay }: KernelQuestion, kernel: Kernel): RawMapping {
  const isNothing = kernel.shape.kind === "view" && kernel.readBytes === 0;
  const readBytes = isNothing ? 0 : kernel.readBytes - (stay?.readBytes ?? 0);
  const writeBytes = isNothing ? 0 : kernel.writeBytes - (stay?.writeBytes ?? 0);
  return {
    computeCycles: 0,
    vectorCycles: vectorCycles(accelerator, kernel.otherFlops),
    isVectorHidden: true,
    bufferCycles: 0,
    slowestBuffer: undefined,
    edgeBytes: 0,
    isOverlapped: true,
    traffic: [{ memory: dramName, readBytes, writeBytes }],
    dramBytes: readBytes + writeBytes,
    registerAccesses: 0,
    tiles: [],
    notes: [],
  };
}

export function vectorCycles(
  { vectorLanes, cores }: KernelQuestion["accelerator"],
  operations: number,
): number {
  return operations / (vectorLanes * cores);
}
