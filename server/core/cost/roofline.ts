import type { KernelShape } from "../ops/kernel-shape.js";
import { visibleShare } from "../ops/visible-keys.js";
import type { Kernel } from "../lower/lowered.js";
import type { Chip } from "../targets/chip.js";
import type { Target } from "../targets/target.js";
import { ExplainedCost, type Bound, type Estimate, type KernelCost } from "./cost.js";
import { powerOf, type Power } from "./energy.js";
import type { Evaluator, ModelFootprint } from "./evaluator.js";
import { countedJoules, explainCounted } from "./energy-table.js";
import { explainRoofline, type RooflineParts } from "./explain-roofline.js";
import { activationMemory, placeTraffic, type Placement } from "./memory-levels.js";

/**
 * Roofline over the memory levels (Williams, Waterman & Patterson 2009, "Roofline: An Insightful Visual Performance
 * Model for Multicore Architectures", CACM 52(4)), with the share of each peak that the runtime reaches and its time
 * per kernel:
 *
 *     seconds = max(operations / (peak × efficiency), bytes / (bandwidth × efficiency)) + overhead
 */
export function rooflineEvaluator(target: Target, footprint: ModelFootprint): Evaluator {
  const constants = constantsOf(target);
  return {
    method: "roofline",
    evaluate: (kernel) => costOf(constants, footprint, kernel),
  };
}

/** What all kernels of a target share. */
interface Constants {
  readonly target: Target;
  readonly power: Power | undefined;
  /** Of kernels whose arithmetic the model does not fix. */
  readonly matrix: Peak | undefined;
  readonly vector: Peak | undefined;
  readonly vectorEfficiency: number;
}

function constantsOf(target: Target): Constants {
  const kept = constantsByTarget.get(target);
  if (kept !== undefined) return kept;
  const { chip, precision } = target;
  const constants = {
    target,
    power: powerOf(chip),
    matrix: findPeak([chip.peaks, chip.vectorPeaks], precision.arithmetic),
    vector: findPeak([chip.vectorPeaks, chip.peaks], precision.vectorArithmetic),
    vectorEfficiency: efficiencyOf(target, "default"),
  };
  constantsByTarget.set(target, constants);
  return constants;
}

const constantsByTarget = new WeakMap<Target, Constants>();

function costOf(constants: Constants, footprint: ModelFootprint, kernel: Kernel): KernelCost {
  const { target, power } = constants;
  const { work, placement, quantization, transfer, startSeconds } = partsOf(
    constants,
    footprint,
    kernel,
  );
  const computeSeconds = work.matrixSeconds + work.vectorSeconds;
  const memorySeconds = placement.seconds + (quantization?.seconds ?? 0);
  const overheadSeconds = startSeconds + transfer;
  const seconds = estimate(target, Math.max(computeSeconds, memorySeconds) + overheadSeconds);
  return new ExplainedCost(
    {
      seconds,
      joules: power === undefined ? countedJoules(kernel, target, placement) : undefined,
      power,
      bound: boundOf(computeSeconds, memorySeconds, overheadSeconds),
      level: placement.level.name,
      computeSeconds,
      memorySeconds,
      overheadSeconds,
    },
    // Looked up once more, so that nothing but numbers is kept of fifty thousand kernels.
    () => {
      const parts = partsOf(constants, footprint, kernel);
      const counted = power === undefined ? [explainCounted(kernel, target, parts.placement)] : [];
      return [...explainRoofline(parts), ...counted];
    },
  );
}

function partsOf(constants: Constants, footprint: ModelFootprint, kernel: Kernel): RooflineParts {
  const { target } = constants;
  const placement = placeTraffic(target, footprint, kernel);
  const quantization = quantizationPass(target, kernel, placement);
  const isNothing = kernel.shape.kind === "view" && kernel.readBytes === 0;
  const starts = isNothing ? 0 : quantization === undefined ? 1 : 2;
  return {
    target,
    kernel,
    work: computeWork(constants, kernel),
    placement,
    quantization,
    transfer: transferTime(target, kernel),
    startSeconds: starts * target.runtime.kernelOverhead.value,
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

/** Arithmetic of a kernel: what runs at which peak, and how long that takes. */
export interface ComputeWork {
  /** Operations that are left after masking, two for each multiply-accumulate. */
  readonly matrixOps: number;
  readonly matrix: Peak | undefined;
  /** Key of `computeEfficiency` that applied. */
  readonly efficiencyKey: string;
  readonly efficiency: number;
  readonly matrixSeconds: number;
  readonly vectorOps: number;
  readonly vector: Peak | undefined;
  readonly vectorEfficiency: number;
  readonly vectorSeconds: number;
  /** Share of the scores that a mask leaves. */
  readonly visible: number;
}

/** Matrix engine for products, vector units for everything else; the parts of one kernel do not overlap here. */
function computeWork(constants: Constants, kernel: Kernel): ComputeWork {
  const { target, vectorEfficiency } = constants;
  const { chip, runtime, precision } = target;
  let { matrix, vector } = constants;
  if (kernel.arithmetic !== undefined) {
    const own = [kernel.arithmetic];
    vector = findPeak([chip.vectorPeaks, chip.peaks], [...own, ...precision.vectorArithmetic]);
    matrix = findPeak([chip.peaks, chip.vectorPeaks], [...own, ...precision.arithmetic]);
  }
  // The other engine of a chip with a fallback is its general-purpose one, without the matrix unit.
  if (kernel.engine !== runtime.engine) matrix = vector;
  const visible = visibleShare(kernel.shape);
  const efficiencyKey = efficiencyKeyOf(target, kernel.shape);
  const efficiency = efficiencyOf(target, efficiencyKey);
  const matrixOps = 2 * kernel.macs * visible;
  const vectorOps = kernel.otherFlops * visible;
  const secondsFor = (ops: number, peak: Peak | undefined, share: number): number =>
    ops === 0 || peak === undefined ? 0 : ops / (peak.perSecond * share);
  return {
    matrixOps,
    matrix,
    efficiencyKey,
    efficiency,
    matrixSeconds: secondsFor(matrixOps, matrix, efficiency),
    vectorOps,
    vector,
    vectorEfficiency,
    vectorSeconds: secondsFor(vectorOps, vector, vectorEfficiency),
    visible,
  };
}

export interface Peak {
  readonly name: string;
  readonly perSecond: number;
}

/** The first name that a table has; else, of the first table that has any, its slowest: a bound that holds. */
function findPeak(tables: readonly Chip["peaks"][], names: readonly string[]): Peak | undefined {
  for (const table of tables)
    for (const name of names) {
      const peak = Object.hasOwn(table, name) ? table[name] : undefined;
      if (peak !== undefined) return { name, perSecond: peak.value };
    }
  for (const table of tables) {
    let slowest: Peak | undefined;
    for (const [name, peak] of Object.entries(table))
      if (slowest === undefined || peak.value < slowest.perSecond)
        slowest = { name, perSecond: peak.value };
    if (slowest !== undefined) return slowest;
  }
  return undefined;
}

function efficiencyKeyOf({ runtime }: Target, shape: KernelShape): string {
  const isDepthwise =
    shape.kind === "conv" && shape.groups > 1 && shape.groups === shape.inputChannels;
  const { computeEfficiency } = runtime;
  if (isDepthwise && Object.hasOwn(computeEfficiency, "conv-depthwise")) return "conv-depthwise";
  const product = shape.kind === "moe" ? "matmul" : shape.kind;
  return Object.hasOwn(computeEfficiency, product) ? product : "default";
}

/** The decoder makes sure that there is a `default`; a hand-made runtime without one reaches its peaks. */
function efficiencyOf({ runtime }: Target, key: string): number {
  return (runtime.computeEfficiency[key] ?? runtime.computeEfficiency["default"])?.value ?? 1;
}

export interface QuantizationPass {
  readonly bytes: number;
  readonly seconds: number;
}

/** Floating-point operands that are quantized first: a pass that reads them and writes the narrow form. */
function quantizationPass(
  { precision, runtime }: Target,
  kernel: Kernel,
  placement: Placement,
): QuantizationPass | undefined {
  if (kernel.quantizedElements === 0) return undefined;
  const bits = precision.activationBits + precision.weightBits;
  const bytes = (kernel.quantizedElements * bits) / 8;
  const { bandwidth } = placement.activationLevel;
  return { bytes, seconds: bytes / (bandwidth.value * runtime.bandwidthEfficiency.value) };
}

/** What another engine wrote is written back and read again through the memory that both see. */
function transferTime({ chip, runtime }: Target, kernel: Kernel): number {
  if (kernel.transferBytes === 0) return 0;
  const { bandwidth } = activationMemory(chip);
  return (
    (2 * kernel.transferBytes) / (bandwidth.value * runtime.bandwidthEfficiency.value) +
    runtime.kernelOverhead.value
  );
}
