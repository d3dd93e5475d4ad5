import { formatBytes, formatCount, formatRate, formatSeconds, formatShare } from "../base/units.js";
import type { Kernel } from "../lower/lowered.js";
import type { MemoryLevel } from "../targets/chip.js";
import type { Target } from "../targets/target.js";
import { activationMemory, type Placement } from "./memory-levels.js";
import type { ComputeWork, QuantizationPass } from "./roofline.js";

export interface RooflineParts {
  readonly target: Target;
  readonly kernel: Kernel;
  readonly work: ComputeWork;
  readonly placement: Placement;
  readonly quantization: QuantizationPass | undefined;
  readonly transfer: number;
  readonly startSeconds: number;
}

/** What a kernel's numbers rest on, one sentence each, in the order in which they matter to the sum. */
export function explainRoofline(parts: RooflineParts): readonly string[] {
  const { target, kernel, quantization, transfer, startSeconds } = parts;
  const { chip, runtime } = target;
  const reasons = [...explainCompute(parts), ...explainTraffic(parts)];
  if (kernel.engine !== runtime.engine)
    reasons.push(
      `${runtime.name} does not run it on the ${runtime.engine}; it runs on the ${kernel.engine}.`,
    );
  if (quantization !== undefined)
    reasons.push(
      `Its inputs are quantized on the way in: ${formatBytes(quantization.bytes)}, ${formatSeconds(quantization.seconds)}.`,
    );
  if (transfer > 0)
    reasons.push(
      `${formatBytes(kernel.transferBytes)} cross between engines through ${activationMemory(chip).name}: ${formatSeconds(transfer)}.`,
    );
  if (startSeconds > 0)
    reasons.push(`${formatSeconds(startSeconds)} to start it (${runtime.name}).`);
  return reasons;
}

function explainCompute({ work }: RooflineParts): string[] {
  const reasons: string[] = [];
  if (work.matrixOps > 0 && work.matrix !== undefined)
    reasons.push(
      `${operations(work.matrixOps)} at ${formatShare(work.efficiency)} (${work.efficiencyKey}) of ${formatRate(work.matrix.perSecond, "op/s")} ${work.matrix.name}: ${formatSeconds(work.matrixSeconds)}.`,
    );
  if (work.vectorOps > 0 && work.vector !== undefined)
    reasons.push(
      `${operations(work.vectorOps)} element by element at ${formatShare(work.vectorEfficiency)} of ${formatRate(work.vector.perSecond, "op/s")} ${work.vector.name}: ${formatSeconds(work.vectorSeconds)}.`,
    );
  if (work.visible < 1)
    reasons.push(`The mask leaves ${formatShare(work.visible)} of the scores to compute.`);
  return reasons;
}

function explainTraffic({ target, kernel, placement }: RooflineParts): string[] {
  const share = target.runtime.bandwidthEfficiency.value;
  const line = (bytes: number, what: string, level: MemoryLevel): readonly string[] =>
    bytes === 0
      ? []
      : [
          `${formatBytes(bytes)} of ${what} through ${level.name} at ${formatShare(share)} of ${formatRate(level.bandwidth.value, "B/s")}: ${formatSeconds(bytes / (level.bandwidth.value * share))}.`,
        ];
  return [
    ...line(placement.activationBytes, "activations", placement.activationLevel),
    ...line(kernel.weightReadBytes, "weights", placement.weightLevel),
  ];
}

function operations(count: number): string {
  return `${formatCount(count)} operations`;
}
