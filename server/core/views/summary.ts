import type { Analysis, TargetAnalysis } from "../analysis.js";
import type { Problem, Severity } from "../base/problem.js";
import type { Method } from "../cost/cost.js";
import { energySourceOf, energySourceText } from "../cost/energy-source.js";
import { measuredPart } from "../cost/provenance.js";
import { isKnown } from "../graph/dim.js";
import { typeText, type Shape, type ValueType } from "../graph/value-type.js";
import { decidingInputs } from "../work/control-flow.js";
import { extentRead, type ExtentRead } from "./extent-read.js";
import { fallbackCount, nodeLabel, quantity, type Quantity } from "./layer-cost.js";
import { separateMemories, type MemoryTaken } from "./memory-use.js";

/** The head of the model page: what the model is, what it takes as a whole, and what it costs on each target. */
export function view(analysis: Analysis, params: SummaryParams): SummaryView {
  const { model, inferred, totals } = analysis;
  const nodeCount = model.graph.nodes.length;
  const extent = extentRead(analysis);
  const isRead = extent !== "none";
  const problems = [...analysis.problems, ...analysis.targets.flatMap((target) => target.problems)];
  return {
    name: model.name === "" ? model.graph.name : model.name,
    format: model.format,
    producer: model.producer,
    irVersion: model.irVersion ?? null,
    opsets: [...model.opsets].map(([domain, version]) => ({ domain, version })),
    nodeCount,
    extentRead: extent,
    inputs: model.graph.inputs.map((id) => ({
      name: model.graph.values[id]?.name ?? "",
      type: typeText(inferred.types[id]),
    })),
    outputs: model.graph.outputs.map((id) => ({
      name: model.graph.values[id]?.name ?? "",
      type: typeText(inferred.types[id]),
    })),
    parameterCount: isRead ? totals.parameterCount : null,
    weightBytes: isRead ? totals.weightBytes : null,
    macs: isRead ? (totals.macs ?? null) : null,
    flops: isRead ? (totals.flops ?? null) : null,
    uncostedCount: totals.uncostedCount,
    peak: isRead ? peakOf(analysis) : null,
    batch: analysis.targets.find((target) => target.batch !== undefined)?.batch ?? null,
    devices: model.generation?.devices ?? null,
    symbols: symbolsOf(analysis),
    targets: analysis.targets.map((target) => summaryOfTarget(analysis, target, isRead)),
    problemCounts: countBySeverity(problems),
    problems: problems
      .map((problem) => problemRow(analysis, problem))
      .sort((a, b) => severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity))
      .slice(0, params.problemLimit ?? defaultProblemLimit),
  };
}

/** More than anyone reads; the counts stay complete. */
const defaultProblemLimit = 500;
const severityOrder: readonly Severity[] = ["error", "warning", "information", "hint"];

export interface SummaryParams {
  readonly problemLimit?: number;
}

/** `null` wherever a quantity is not known. Seconds, joules, bytes. */
export interface SummaryView {
  readonly name: string;
  readonly format: string;
  readonly producer: string;
  readonly irVersion: number | null;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly nodeCount: number;
  readonly extentRead: ExtentRead;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  readonly parameterCount: number | null;
  readonly weightBytes: number | null;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly uncostedCount: number;
  readonly peak: SummaryPeak | null;
  /** The batch size that the predictions hold for. */
  readonly batch: number | null;
  /** That share the model; `null` where it cannot be dealt out. */
  readonly devices: number | null;
  readonly symbols: readonly SummarySymbol[];
  readonly targets: readonly SummaryTarget[];
  readonly problemCounts: Readonly<Record<Severity, number>>;
  /** Worst first; 500 unless asked for more. */
  readonly problems: readonly SummaryProblem[];
}

/** Peak of the activations as the file types them, whatever the target. */
export interface SummaryPeak {
  readonly bytes: number;
  /** The least that any placement in this order can take. */
  readonly lowerBound: number;
  readonly strategy: string;
  readonly nodeId: number | null;
  readonly nodeName: string | null;
}

export interface SummarySymbol {
  readonly name: string;
  /** What it is bound to; `null` while it stays symbolic. */
  readonly bound: number | null;
  /** It is the first extent of inputs and nothing else: the batch field binds it. */
  readonly isBatch: boolean;
}

export interface SummaryTarget {
  readonly id: string;
  readonly label: string;
  readonly batch: number | null;
  readonly latency: Quantity | null;
  readonly energy: Quantity | null;
  /** What the energy is that of: a meter's scope, power × time, or counted operations. */
  readonly energySource: string | null;
  /** `one core of four`, where measurements kept to a part of the chip. */
  readonly measuredPart: string | null;
  /** Of a model that generates text, over all texts of the batch. */
  readonly tokensPerSecond: number | null;
  readonly method: Method | null;
  readonly weightBytes: number;
  readonly peakActivationBytes: number | null;
  readonly totalBytes: number | null;
  readonly capacityBytes: number;
  /** What each memory has to hold, where weights lie in flash; else null. */
  readonly memories: readonly MemoryTaken[] | null;
  readonly fits: boolean | null;
  readonly uncostedCount: number;
  /** Of all nodes. */
  readonly uncostedShare: number;
  /** Why the first uncosted node is. */
  readonly uncostedReason: string | null;
  readonly kernelCount: number;
  readonly fallbackCount: number;
  readonly fallbackEngine: string | null;
}

export interface SummaryProblem {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly nodeId: number | null;
  readonly nodeName: string | null;
}

/** What a target needs for nothing at all, its fixed overhead, would pass for the model's cost: it stays unsaid. */
function summaryOfTarget(
  analysis: Analysis,
  target: TargetAnalysis,
  isRead: boolean,
): SummaryTarget {
  const uncosted = target.lowered.uncosted;
  const nodeCount = analysis.model.graph.nodes.length;
  return {
    id: target.target.id,
    label: target.target.label,
    batch: target.batch ?? null,
    latency: isRead ? quantity(target.latency) : null,
    energy: isRead ? quantity(target.energy) : null,
    energySource:
      target.energy === undefined ? null : energySourceText(energySourceOf(target.target)),
    measuredPart: measuredPart(target.target) ?? null,
    tokensPerSecond: tokensPerSecondOf(target),
    method: target.latency?.method ?? target.kernelCosts[0]?.seconds.method ?? null,
    weightBytes: target.weightBytes,
    peakActivationBytes: target.peakActivationBytes ?? null,
    totalBytes: isRead ? (target.totalBytes ?? null) : null,
    capacityBytes: target.capacityBytes,
    memories: isRead ? (separateMemories(target) ?? null) : null,
    fits: isRead ? (target.fits ?? null) : null,
    uncostedCount: uncosted.length,
    uncostedShare: nodeCount === 0 ? 0 : uncosted.length / nodeCount,
    uncostedReason: uncosted[0]?.reason ?? null,
    kernelCount: target.lowered.kernels.length,
    fallbackCount: fallbackCount(target),
    fallbackEngine: target.target.runtime.fallback ?? null,
  };
}

/** Of a step what it writes, of a prompt what it reads. */
function tokensPerSecondOf({ generation, latency }: TargetAnalysis): number | null {
  if (generation === undefined || latency === undefined || latency.value <= 0) return null;
  return (generation.batch * generation.call.tokens) / latency.value;
}

function peakOf(analysis: Analysis): SummaryPeak | null {
  const plan = analysis.memoryPlan;
  if (plan === undefined) return null;
  const nodeId = plan.peakNodeId ?? null;
  return {
    bytes: plan.best.size,
    lowerBound: plan.lowerBound,
    strategy: plan.best.strategy,
    nodeId,
    nodeName: nodeId === null ? null : nodeLabel(analysis, nodeId),
  };
}

/**
 * What a user can bind: the symbols that the inputs declare, with the number that inference used in their place, and
 * the scalar inputs that decide what runs.
 */
function symbolsOf({ model, inferred }: Analysis): readonly SummarySymbol[] {
  const found = new Map<string, { bound: number | null; isBatch: boolean }>();
  for (const id of model.graph.inputs) {
    const declared = shapeOf(model.graph.values[id]?.declared);
    const actual = shapeOf(inferred.types[id]);
    declared?.forEach((dim, axis) => {
      if (isKnown(dim) || dim.text.startsWith("?")) return;
      const now = actual?.[axis];
      const before = found.get(dim.text);
      found.set(dim.text, {
        bound: now !== undefined && isKnown(now) ? now : (before?.bound ?? null),
        isBatch: axis === 0 && (before?.isBatch ?? true),
      });
    });
  }
  for (const name of inferred.symbols)
    if (!found.has(name) && !name.startsWith("?")) found.set(name, { bound: null, isBatch: false });
  for (const { name, contents } of decidingInputs(inferred))
    if (!found.has(name)) found.set(name, { bound: contents?.[0] ?? null, isBatch: false });
  return [...found].map(([name, symbol]) => ({ name, ...symbol }));
}

function shapeOf(type: ValueType | undefined): Shape | undefined {
  return type?.kind === "tensor" ? type.shape : undefined;
}

function countBySeverity(problems: readonly Problem[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, information: 0, hint: 0 };
  for (const problem of problems) counts[problem.severity] += 1;
  return counts;
}

function problemRow(analysis: Analysis, problem: Problem): SummaryProblem {
  const { code, severity, message } = problem;
  const nodeId = problem.nodeId ?? null;
  return {
    code,
    severity,
    message,
    nodeId,
    nodeName: nodeId === null ? null : nodeLabel(analysis, nodeId),
  };
}
