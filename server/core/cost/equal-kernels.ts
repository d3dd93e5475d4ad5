import type { Kernel } from "../lower/lowered.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import type { KernelCost } from "./cost.js";

/**
 * Costs each of a model's kernels, equal ones once: networks repeat their layers. Equal is what agrees in all that a
 * cost depends on; which nodes and values a kernel has is nothing to it, only how many.
 */
export function costKernels(
  kernels: readonly Kernel[],
  evaluate: (kernel: Kernel) => KernelCost,
): KernelCost[] {
  if (kernels.length < 8) return kernels.map(evaluate);
  const known = new Map<number, Known>();
  return kernels.map((kernel) => {
    const hash = hashOf(kernel);
    const alike = known.get(hash);
    for (let item = alike; item !== undefined; item = item.next)
      if (isEqual(item.kernel, kernel)) return item.cost;
    const cost = evaluate(kernel);
    known.set(hash, { kernel, cost, next: alike });
    return cost;
  });
}

interface Known {
  readonly kernel: Kernel;
  readonly cost: KernelCost;
  /** Of the same hash. */
  readonly next: Known | undefined;
}

/** Amounts tell nearly all kernels apart. */
function hashOf(kernel: Kernel): number {
  return (
    kernel.macs +
    3 * kernel.otherFlops +
    7 * kernel.readBytes +
    31 * kernel.writeBytes +
    127 * kernel.weightReadBytes
  );
}

function isEqual(left: Kernel, right: Kernel): boolean {
  return (
    left.macs === right.macs &&
    left.otherFlops === right.otherFlops &&
    left.weightBytes === right.weightBytes &&
    left.readBytes === right.readBytes &&
    left.weightReadBytes === right.weightReadBytes &&
    left.writeBytes === right.writeBytes &&
    left.transferBytes === right.transferBytes &&
    left.castBytes === right.castBytes &&
    left.castCount === right.castCount &&
    left.quantizedElements === right.quantizedElements &&
    left.isChannelsLast === right.isChannelsLast &&
    left.engine === right.engine &&
    left.arithmetic === right.arithmetic &&
    left.weightDensity === right.weightDensity &&
    left.nodeIds.length === right.nodeIds.length &&
    left.reads.length === right.reads.length &&
    left.writes.length === right.writes.length &&
    isEqualShape(left.shape, right.shape)
  );
}

function isEqualShape(left: KernelShape, right: KernelShape): boolean {
  if (left === right) return true;
  if (left.kind !== right.kind) return false;
  const a = left as unknown as Fields;
  const b = right as unknown as Fields;
  for (const name in a) if (!isEqualField(a[name], b[name])) return false;
  for (const name in b) if (!(name in a)) return false;
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

function isEqualField(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}
