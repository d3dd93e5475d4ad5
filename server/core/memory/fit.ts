import type { Problem } from "../base/problem.js";
import { formatBytes } from "../base/units.js";
import { activationMemory, flashMemory } from "../cost/memory-levels.js";
import type { Graph } from "../graph/graph.js";
import type { Target } from "../targets/target.js";
import { nodeSubject } from "../work/dataflow.js";
import type { MemoryPlan } from "./plan.js";

/** Whether a model fits a target, and what it takes there. */
export interface Fit {
  readonly totalBytes: number | undefined;
  readonly capacityBytes: number;
  /** Undefined while the activations are not known, unless the weights alone are too much. */
  readonly fits: boolean | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Weights, activations and the runtime's own memory against the memory that activations live in. Where a chip has
 * flash, weights are there, and the two must fit separately.
 */
export function fitOf(
  target: Target,
  graph: Graph,
  weightBytes: number,
  {
    plan,
    workspaceBytes = 0,
  }: { readonly plan: MemoryPlan | undefined; readonly workspaceBytes?: number },
): Fit {
  const { chip, runtime } = target;
  const ram = activationMemory(chip);
  const flash = flashMemory(chip);
  const overheadBytes = runtime.memoryOverhead.value + workspaceBytes;
  const activationBytes = plan?.best.size;
  const totalBytes =
    activationBytes === undefined ? undefined : weightBytes + activationBytes + overheadBytes;
  const capacityBytes = ram.size.value + (flash?.size.value ?? 0);
  const problems: Problem[] = [];
  const weightsInRam = flash === undefined ? weightBytes : 0;
  const ramBytes = weightsInRam + (activationBytes ?? 0) + overheadBytes;
  const fitsFlash = flash === undefined || weightBytes <= flash.size.value;
  if (flash !== undefined && !fitsFlash)
    problems.push({
      code: "RP2402",
      severity: "warning",
      message: `${target.label}: the weights take ${inKibibytes(weightBytes)}; ${flash.name} has ${inKibibytes(flash.size.value)}, ${inKibibytes(weightBytes - flash.size.value)} too little.`,
    });
  const fitsRam = ramBytes <= ram.size.value;
  if (!fitsRam) problems.push(ramProblem(target, graph, { weightsInRam, overheadBytes, plan }));
  const isKnown = activationBytes !== undefined || !fitsRam || !fitsFlash;
  return { totalBytes, capacityBytes, fits: isKnown ? fitsRam && fitsFlash : undefined, problems };
}

function ramProblem(
  target: Target,
  graph: Graph,
  {
    weightsInRam,
    overheadBytes,
    plan,
  }: {
    readonly weightsInRam: number;
    readonly overheadBytes: number;
    readonly plan: MemoryPlan | undefined;
  },
): Problem {
  const ram = activationMemory(target.chip);
  const activationBytes = plan?.best.size ?? 0;
  const excess = weightsInRam + activationBytes + overheadBytes - ram.size.value;
  const parts = [
    ...(activationBytes > 0 ? [`${inKibibytes(activationBytes)} of activations`] : []),
    ...(weightsInRam > 0 ? [`${inKibibytes(weightsInRam)} of weights`] : []),
    ...(overheadBytes > 0 ? [`${inKibibytes(overheadBytes)} for ${target.runtime.name}`] : []),
  ];
  const peakNodeId = plan?.peakNodeId;
  const place =
    peakNodeId === undefined
      ? ""
      : ` The activations' peak is set by ${nodeSubject(graph, peakNodeId)}.${advice(graph, plan)}`;
  return {
    code: "RP2402",
    severity: "warning",
    message: `${target.label}: needs ${parts.join(" and ")}; ${ram.name} has ${inKibibytes(ram.size.value)}, ${inKibibytes(excess)} too little.${place}`,
    ...(peakNodeId !== undefined && { nodeId: peakNodeId }),
  };
}

function advice(graph: Graph, plan: MemoryPlan | undefined): string {
  const reordered = plan?.reordered;
  if (reordered === undefined) return "";
  const { movedNodeId, beforeNodeId, size } = reordered;
  return ` In another order, with ${nodeSubject(graph, movedNodeId)} before ${nodeSubject(graph, beforeNodeId)}, the activations need ${inKibibytes(size)}.`;
}

/** Boards are sized in KiB; beyond a few MiB that is unreadable. */
function inKibibytes(bytes: number): string {
  return bytes < 8 * 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : formatBytes(bytes);
}
