import { formatBytes, formatCount, formatRate, formatSeconds, formatShare } from "../base/units.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import { isProduct } from "../lower/make-kernel.js";
import type { Kernel } from "../lower/lowered.js";
import type { Chip, MemoryLevel, Sourced } from "../targets/chip.js";
import type { Target } from "../targets/target.js";
import type { Bound, Estimate, KernelCost } from "./cost.js";
import { inferenceJoules, powerOf, type Power } from "./energy.js";
import type { Evaluator, ModelFootprint } from "./evaluator.js";
import { activationMemory, placeTraffic, type Placement } from "./memory-levels.js";

/**
 * Roofline over the memory levels (Williams, Waterman & Patterson 2009, "Roofline: An Insightful Visual Performance
 * Model for Multicore Architectures", CACM 52(4)), with the share of each peak that the runtime reaches and its time
 * per kernel:
 *
 *     seconds = max(operations / (peak × efficiency), bytes / (bandwidth × efficiency)) + overhead
 */
export function rooflineEvaluator(target: Target, footprint: ModelFootprint): Evaluator {
  const power = powerOf(target.chip);
  return {
    method: "roofline",
    evaluate: (kernel) => costOf(target, footprint, power, kernel),
  };
}

function costOf(
  target: Target,
  footprint: ModelFootprint,
  power: Power | undefined,
  kernel: Kernel,
): KernelCost {
  const { runtime } = target;
  const reasons: string[] = [];
  const compute = computeTime(target, kernel, reasons);
  const placement = placeTraffic(target, footprint, kernel);
  const memorySeconds = placement.seconds + quantizationSeconds(target, kernel, placement, reasons);
  explainTraffic(target, kernel, placement, reasons);
  const transferSeconds = transferTime(target, kernel, reasons);
  const launches = kernel.quantizedElements > 0 ? 2 : 1;
  const overheadSeconds =
    kernel.shape.kind === "view" && kernel.readBytes === 0
      ? 0
      : runtime.kernelOverhead.value * launches + transferSeconds;
  if (overheadSeconds > 0)
    reasons.push(
      `${formatSeconds(runtime.kernelOverhead.value * launches)} to start it (${runtime.name}).`,
    );
  const busySeconds = Math.max(compute, memorySeconds);
  const seconds = estimate(target, busySeconds + overheadSeconds);
  return {
    seconds,
    joules: inferenceJoules(seconds, power),
    bound: boundOf(compute, memorySeconds, overheadSeconds),
    level: placement.level.name,
    computeSeconds: compute,
    memorySeconds,
    overheadSeconds,
    reasons,
  };
}

function boundOf(compute: number, memory: number, overhead: number): Bound {
  if (overhead >= compute && overhead >= memory) return "overhead";
  return compute >= memory ? "compute" : "memory";
}

function estimate({ runtime }: Target, value: number): Estimate {
  const { low, high } = runtime.rooflineInterval;
  return {
    value,
    low: value * low.value,
    high: value * high.value,
    method: "roofline",
    coverage: 0.9,
  };
}

/** Matrix engine for products, vector units for everything else; the parts of one kernel do not overlap here. */
function computeTime(target: Target, kernel: Kernel, reasons: string[]): number {
  const { chip, runtime, precision } = target;
  const isOnFallback = kernel.engine !== runtime.engine;
  const vector = findPeak(
    [chip.vectorPeaks, chip.peaks],
    vectorNames(kernel, precision.vectorArithmetic),
  );
  const matrixNames =
    kernel.arithmetic === undefined
      ? precision.arithmetic
      : [kernel.arithmetic, ...precision.arithmetic];
  const matrix = isOnFallback
    ? vector
    : (findPeak([chip.peaks, chip.vectorPeaks], matrixNames) ?? vector);
  const matrixOps = isProduct(kernel.shape.kind) || kernel.macs > 0 ? 2 * kernel.macs : 0;
  const visible = visibleShare(kernel.shape);
  const { key, value: efficiency } = efficiencyOf(target, kernel.shape);
  let seconds = 0;
  if (matrixOps > 0 && matrix !== undefined) {
    const share = efficiency.value;
    seconds += (matrixOps * visible) / (matrix.peak.value * share);
    reasons.push(
      `${formatCount(matrixOps * visible)}op at ${formatShare(share)} (${key}) of ${formatRate(matrix.peak.value, "op/s")} ${matrix.name}${visible < 1 ? `; the mask leaves ${formatShare(visible)} of the scores` : ""}.`.replace(
        /(\d)op/,
        "$1 op",
      ),
    );
  }
  const vectorOps = kernel.otherFlops * visible;
  if (vectorOps > 0 && vector !== undefined) {
    const share = efficiencyOfKey(target, "default").value;
    seconds += vectorOps / (vector.peak.value * share);
    if (matrixOps === 0)
      reasons.push(
        `${formatCount(vectorOps)} operations at ${formatShare(share)} of ${formatRate(vector.peak.value, "op/s")} ${vector.name}.`,
      );
  }
  if (isOnFallback)
    reasons.push(
      `${runtime.name} does not run it on the ${runtime.engine}; it runs on the ${kernel.engine}.`,
    );
  return seconds;
}

interface Peak {
  readonly name: string;
  readonly peak: Sourced;
}

/** The first name that a table has; else, of the first table that has any, its slowest: a bound that holds. */
function findPeak(tables: readonly Chip["peaks"][], names: readonly string[]): Peak | undefined {
  for (const table of tables)
    for (const name of names) {
      const peak = Object.hasOwn(table, name) ? table[name] : undefined;
      if (peak !== undefined) return { name, peak };
    }
  for (const table of tables) {
    let slowest: Peak | undefined;
    for (const [name, peak] of Object.entries(table))
      if (slowest === undefined || peak.value < slowest.peak.value) slowest = { name, peak };
    if (slowest !== undefined) return slowest;
  }
  return undefined;
}

function vectorNames(kernel: Kernel, names: readonly string[]): readonly string[] {
  return kernel.arithmetic === undefined ? names : [kernel.arithmetic, ...names];
}

function efficiencyOf(
  target: Target,
  shape: KernelShape,
): { readonly key: string; readonly value: Sourced } {
  const isDepthwise =
    shape.kind === "conv" && shape.groups > 1 && shape.groups === shape.inputChannels;
  const key = isDepthwise ? "conv-depthwise" : shape.kind;
  if (Object.hasOwn(target.runtime.computeEfficiency, key))
    return { key, value: efficiencyOfKey(target, key) };
  if (isDepthwise && Object.hasOwn(target.runtime.computeEfficiency, "conv"))
    return { key: "conv", value: efficiencyOfKey(target, "conv") };
  return { key: "default", value: efficiencyOfKey(target, "default") };
}

/** The decoder makes sure that there is a `default`; a hand-made runtime without one reaches its peaks. */
function efficiencyOfKey({ runtime }: Target, key: string): Sourced {
  const { computeEfficiency } = runtime;
  return (
    computeEfficiency[key] ??
    computeEfficiency["default"] ?? { value: 1, unit: "1", source: "assumed" }
  );
}

/** Share of the scores that a mask leaves: rules count full scores, kernels skip what the mask hides. */
function visibleShare(shape: KernelShape): number {
  if (shape.kind !== "attention" || shape.keyLength <= 0 || shape.queryLength <= 0) return 1;
  const { queryLength, keyLength, window } = shape;
  if (!shape.isCausal) return window > 0 ? Math.min(1, window / keyLength) : 1;
  // Query i of the last `queryLength` positions sees keys 0 … keyLength − queryLength + i.
  const first = Math.max(1, keyLength - queryLength + 1);
  const full = window > 0 ? Math.min(window, keyLength) : keyLength;
  const ramp = Math.max(0, Math.min(full, keyLength) - first);
  const mean = queryLength <= 1 ? Math.min(first, full) : rampMean(first, full, queryLength, ramp);
  return Math.min(1, mean / keyLength);
}

/** Mean of min(first + i, full) over i in [0, count). */
function rampMean(first: number, full: number, count: number, ramp: number): number {
  if (first >= full) return full;
  const climbing = Math.min(count, ramp);
  const climbed = climbing * first + (climbing * (climbing - 1)) / 2;
  return (climbed + (count - climbing) * full) / count;
}

/** Floating-point operands that are quantized first: a pass that reads them and writes the narrow form. */
function quantizationSeconds(
  target: Target,
  kernel: Kernel,
  placement: Placement,
  reasons: string[],
): number {
  if (kernel.quantizedElements === 0) return 0;
  const { precision, runtime } = target;
  const bits = precision.activationBits + precision.weightBits;
  const bytes = (kernel.quantizedElements * bits) / 8;
  const seconds = bytes / (placement.level.bandwidth.value * runtime.bandwidthEfficiency.value);
  reasons.push(
    `${formatBytes(bytes)} to quantize its inputs on the way in takes ${formatSeconds(seconds)}.`,
  );
  return seconds;
}

function explainTraffic(
  { runtime }: Target,
  kernel: Kernel,
  placement: Placement,
  reasons: string[],
): void {
  const share = formatShare(runtime.bandwidthEfficiency.value);
  const line = (bytes: number, what: string, level: MemoryLevel): void => {
    if (bytes > 0)
      reasons.push(
        `${formatBytes(bytes)} of ${what} through ${level.name} at ${share} of ${formatRate(level.bandwidth.value, "B/s")}.`,
      );
  };
  line(placement.activationBytes, "activations", placement.activationLevel);
  line(kernel.weightReadBytes, "weights", placement.weightLevel);
}

/** What another engine wrote is written back and read again through the memory that both see. */
function transferTime(target: Target, kernel: Kernel, reasons: string[]): number {
  if (kernel.transferBytes === 0) return 0;
  const { chip, runtime } = target;
  const shared = activationMemory(chip);
  const seconds =
    (2 * kernel.transferBytes) / (shared.bandwidth.value * runtime.bandwidthEfficiency.value) +
    runtime.kernelOverhead.value;
  reasons.push(
    `${formatBytes(kernel.transferBytes)} cross between engines through ${shared.name}: ${formatSeconds(seconds)}.`,
  );
  return seconds;
}
