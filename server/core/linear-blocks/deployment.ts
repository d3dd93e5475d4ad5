import type { Problem } from "../base/problem.js";
import { formatBytes, formatParameters, formatSeconds } from "../base/units.js";
import type { Estimate, KernelCost } from "../cost/cost.js";
import type { NodeId } from "../graph/graph.js";
import type { Lowered } from "../lower/lowered.js";
import type { Target } from "../targets/target.js";
import type { LinearBlock } from "./find-blocks.js";
import { weightShapeOf } from "./form.js";

/** A model whose linear blocks are one convolution each, beside the model as it is. */
export interface Deployable<Inferred> {
  readonly blocks: readonly LinearBlock[];
  readonly inferred: Inferred;
  /** Node of the merged model for each block. */
  readonly nodeIds: readonly NodeId[];
  /** Parameters that merging takes away. */
  readonly savedParameters: number;
}

/** What a target makes of a model: kernels and their times. */
export interface Execution {
  readonly latency: Estimate | undefined;
  readonly lowered: Lowered;
  readonly kernelCosts: readonly KernelCost[];
}

/** What merging the linear blocks does on one target. */
export interface Deployment {
  readonly latency: Estimate;
  readonly kernelCount: number;
  readonly movedBytes: number;
  readonly savedParameters: number;
  readonly blocks: readonly DeployedBlock[];
}

export interface DeployedBlock {
  readonly nodeIds: readonly NodeId[];
  readonly lastNodeId: NodeId;
  readonly convolutionCount: number;
  /** Output channels, input channels of a group, window: of the one convolution. */
  readonly weightShape: readonly number[];
  /** Seconds of the kernels that begin in the block, as it is and merged. */
  readonly before: number;
  readonly after: number;
}

/** Less is within the error of any prediction, and not worth the trouble. */
const leastGain = 0.03;

/** Undefined where merging gains nothing to speak of: a runtime may have little to lose by many kernels. */
export function deploymentOn(
  { blocks, nodeIds, savedParameters }: Deployable<unknown>,
  now: Execution,
  merged: Execution,
): Deployment | undefined {
  if (now.latency === undefined || merged.latency === undefined) return undefined;
  if (merged.latency.value > (1 - leastGain) * now.latency.value) return undefined;
  return {
    latency: merged.latency,
    kernelCount: merged.lowered.kernels.length,
    movedBytes: movedBytesOf(merged),
    savedParameters,
    blocks: blocks.map(({ form, lastNodeId }, index) => ({
      nodeIds: form.nodeIds,
      lastNodeId,
      convolutionCount: form.convolutionCount,
      weightShape: weightShapeOf(form),
      before: secondsOf(now, form.nodeIds),
      after: secondsOf(merged, [nodeIds[index] ?? -1]),
    })),
  };
}

function movedBytesOf({ lowered }: Execution): number {
  return lowered.kernels.reduce(
    (sum, { readBytes, writeBytes }) => sum + readBytes + writeBytes,
    0,
  );
}

function secondsOf(execution: Execution, nodeIds: readonly NodeId[]): number {
  const kernels = new Set(nodeIds.map((nodeId) => execution.lowered.kernelOfNode[nodeId] ?? -1));
  let sum = 0;
  for (const index of kernels) sum += execution.kernelCosts[index]?.seconds.value ?? 0;
  return sum;
}

/** RP2105, at the block that gains most. */
export function deploymentProblem(
  { label }: Target,
  now: Execution,
  deployment: Deployment,
): Problem {
  const { blocks, latency, kernelCount, movedBytes, savedParameters } = deployment;
  const most = blocks.reduce((best, block) =>
    block.before - block.after > best.before - best.after ? block : best,
  );
  const before = now.latency?.value ?? 0;
  const percent = Math.round(100 * (1 - latency.value / before));
  const count = blocks.reduce((sum, { convolutionCount }) => sum + convolutionCount, 0);
  const parameters =
    savedParameters > 0 ? `, and ${formatParameters(savedParameters)} fewer parameters` : "";
  const what =
    blocks.length === 1
      ? `this linear block of ${count} ${count === 1 ? "convolution" : "convolutions"} merges into one`
      : `${blocks.length} linear blocks of ${count} convolutions merge into one each`;
  return {
    code: "RP2105",
    severity: "information",
    message: `${label}: ${what} when the model is re-parameterised for deployment: ${formatSeconds(latency.value, 2)} instead of ${formatSeconds(before, 2)} (−${percent} %), ${kernelCount} kernels instead of ${now.lowered.kernels.length}, ${formatBytes(movedBytes)} read and written instead of ${formatBytes(movedBytesOf(now))}${parameters}.`,
    nodeId: most.lastNodeId,
  };
}
