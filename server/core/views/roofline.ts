import { unlimitedBandwidth } from "../accelerator/as-target.js";
import type { Analysis, TargetAnalysis } from "../analysis.js";
import type { Bound, KernelCost } from "../cost/cost.js";
import type { Kernel } from "../lower/lowered.js";
import type { Chip } from "../targets/chip.js";
import type { Target } from "../targets/target.js";
import { usedPeak } from "../targets/used-peak.js";
import { nodeLabel, quantity, type Quantity } from "./layer-cost.js";

/**
 * Rooflines (Williams, Waterman & Patterson 2009, CACM 52(4)) of the chosen targets: a ceiling for each precision's peak, a
 * slope for each memory level, and every kernel as a mark at its operations per byte and its predicted operations per
 * second.
 */
export function view(analysis: Analysis, params: RooflineParams): RooflineView {
  const { targets } = params;
  const chosen =
    targets === null
      ? analysis.targets
      : analysis.targets.filter(({ target }) => targets.includes(target.id));
  return {
    targets: chosen.map((target) => rooflineOf(analysis, target, params)),
    batch: analysis.targets.find(({ batch }) => batch !== undefined)?.batch ?? null,
  };
}

export interface RooflineParams {
  /** Ids; null shows all chosen ones. */
  readonly targets: readonly string[] | null;
  /**
   * How much bytes of weights count against bytes of activations, as `2 (α · weights + (1 − α) · activations)`: the data
   * type aware weighted intensity of Jha & Mittal 2021, "Modeling Data Reuse in Deep Neural Networks by Taking Data-Types
   * into Cognizance". A half, or null, is plain operational intensity.
   */
  readonly alpha: number | null;
  /** Marks at most, the longest kernels. */
  readonly limit: number;
}

export interface RooflineView {
  readonly targets: readonly TargetRoofline[];
  readonly batch: number | null;
}

export interface TargetRoofline {
  readonly id: string;
  readonly label: string;
  readonly latency: Quantity | null;
  /** Highest first. */
  readonly ceilings: readonly RooflineCeiling[];
  /** Nearest first. */
  readonly levels: readonly { readonly name: string; readonly bytesPerSecond: number }[];
  /** Where a slope meets the ceiling that the target's precision runs at. */
  readonly ridges: readonly {
    readonly level: string;
    readonly ceiling: string;
    /** Operations per byte. */
    readonly intensity: number;
    readonly opsPerSecond: number;
  }[];
  readonly marks: readonly RooflineMark[];
  readonly kernelCount: number;
  /** Kernels that do no arithmetic or move no bytes: they have no place in the plane. */
  readonly unplacedCount: number;
  readonly unplacedSeconds: number;
  /** Precisions that the same chip and runtime offer. */
  readonly precisions: readonly { readonly id: string; readonly targetId: string }[];
}

export interface RooflineCeiling {
  readonly name: string;
  readonly kind: "matrix" | "vector";
  readonly opsPerSecond: number;
  /** The target's precision runs at it. */
  readonly isUsed: boolean;
}

export interface RooflineMark {
  readonly nodeId: number;
  readonly name: string;
  readonly op: string;
  /** Operations per byte. */
  readonly intensity: number;
  readonly opsPerSecond: number;
  /** Of the operations per second: the long end of the time is the low end here. */
  readonly low: number;
  readonly high: number;
  readonly seconds: number;
  readonly share: number | null;
  readonly bound: Bound;
  readonly level: string;
  readonly method: string;
}

function rooflineOf(
  analysis: Analysis,
  target: TargetAnalysis,
  { alpha, limit }: RooflineParams,
): TargetRoofline {
  const ceilings = ceilingsOf(target.target);
  const levels = target.target.chip.memories
    .map(({ name, bandwidth }) => ({ name, bytesPerSecond: bandwidth.value }))
    .filter(({ bytesPerSecond }) => bytesPerSecond < unlimitedBandwidth);
  const { kernels } = target.lowered;
  const marks: RooflineMark[] = [];
  let unplacedSeconds = 0;
  for (const [index, kernel] of kernels.entries()) {
    const cost = target.kernelCosts[index];
    if (cost === undefined) continue;
    const mark = markOf(analysis, target, kernel, cost, alpha ?? 0.5);
    if (mark === undefined) unplacedSeconds += cost.seconds.value;
    else marks.push(mark);
  }
  marks.sort((a, b) => b.seconds - a.seconds || a.nodeId - b.nodeId);
  return {
    id: target.target.id,
    label: target.target.label,
    latency: quantity(target.latency),
    ceilings,
    levels,
    ridges: ridgesOf(ceilings, levels),
    marks: marks.slice(0, limit),
    kernelCount: kernels.length,
    unplacedCount: kernels.length - marks.length,
    unplacedSeconds,
    precisions: precisionsOf(target.target),
  };
}

function markOf(
  analysis: Analysis,
  target: TargetAnalysis,
  kernel: Kernel,
  { seconds, bound, level }: KernelCost,
  alpha: number,
): RooflineMark | undefined {
  const nodeId = kernel.nodeIds[0] ?? -1;
  const operations = 2 * kernel.macs + kernel.otherFlops;
  const activations = kernel.readBytes - kernel.weightReadBytes + kernel.writeBytes;
  const bytes = 2 * (alpha * kernel.weightReadBytes + (1 - alpha) * activations);
  if (operations <= 0 || bytes <= 0 || seconds.value <= 0) return undefined;
  const whole = target.latency?.value;
  return {
    nodeId,
    name: nodeLabel(analysis, nodeId),
    op: analysis.model.graph.nodes[nodeId]?.op ?? "?",
    intensity: operations / bytes,
    opsPerSecond: operations / seconds.value,
    low: operations / seconds.high,
    high: operations / Math.max(seconds.low, Number.MIN_VALUE),
    seconds: seconds.value,
    share: whole === undefined || whole <= 0 ? null : seconds.value / whole,
    bound,
    level,
    method: seconds.method,
  };
}

function ceilingsOf({ chip, precision }: Target): readonly RooflineCeiling[] {
  const matrix = usedPeak(chip.peaks, precision.arithmetic);
  const vector = usedPeak(chip.vectorPeaks, precision.vectorArithmetic);
  const of = (
    peaks: Chip["peaks"],
    kind: RooflineCeiling["kind"],
    used: string | undefined,
  ): readonly RooflineCeiling[] =>
    Object.entries(peaks).map(([name, peak]) => ({
      name,
      kind,
      opsPerSecond: peak.value,
      isUsed: name === used,
    }));
  return [...of(chip.peaks, "matrix", matrix), ...of(chip.vectorPeaks, "vector", vector)].sort(
    (a, b) => b.opsPerSecond - a.opsPerSecond || a.name.localeCompare(b.name, "en"),
  );
}

function ridgesOf(
  ceilings: readonly RooflineCeiling[],
  levels: TargetRoofline["levels"],
): TargetRoofline["ridges"] {
  const top =
    ceilings.find(({ isUsed, kind }) => isUsed && kind === "matrix") ??
    ceilings.find(({ isUsed }) => isUsed);
  if (top === undefined) return [];
  return levels.map(({ name, bytesPerSecond }) => ({
    level: name,
    ceiling: top.name,
    intensity: top.opsPerSecond / bytesPerSecond,
    opsPerSecond: top.opsPerSecond,
  }));
}

function precisionsOf({ chip, runtime }: Target): TargetRoofline["precisions"] {
  const offered = chip.runtimes.find((candidate) => candidate.runtime === runtime.id);
  return (offered?.precisions ?? []).map((id) => ({
    id,
    targetId: `${chip.id}/${runtime.id}/${id}`,
  }));
}
