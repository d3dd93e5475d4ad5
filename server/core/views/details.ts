import type { Analysis, Layer, TargetAnalysis } from "../analysis.js";
import type { Problem } from "../base/problem.js";
import { errorBehind, errorSummary, latencyErrors } from "../cost/calibrated/published-error.js";
import type { Bound, Method } from "../cost/cost.js";
import type { Target } from "../targets/target.js";
import { energySourceOf, energySourceText } from "../cost/energy-source.js";
import type { NodeId, Value, ValueId } from "../graph/graph.js";
import { byteCount, typeText } from "../graph/value-type.js";
import { achievedText } from "./achieved.js";
import { attributeText } from "./attribute-text.js";
import { deploymentNote } from "./deployment-note.js";
import { extentRead } from "./extent-read.js";
import { quantizationText } from "./quantization-text.js";
import { layerCost, nodeLabel, quantity, type LayerState, type Quantity } from "./layer-cost.js";
import { tensorUses } from "./tensor-uses.js";

/** Everything that is known of one node: the details pane. `null` when there is no such node. */
export function view(analysis: Analysis, params: DetailsParams): DetailsView | null {
  const { nodeId } = params;
  const node = analysis.model.graph.nodes[nodeId];
  const layer = analysis.layers[nodeId];
  if (node === undefined || layer === undefined) return null;
  return {
    nodeId,
    nodeCount: analysis.model.graph.nodes.length,
    name: nodeLabel(analysis, nodeId),
    isNamed: node.name !== "",
    op: node.op,
    domain: node.domain,
    opset: opsetOf(analysis, node.domain),
    sourceOp: node.sourceOp ?? null,
    scope: node.scope,
    metadata: [...(node.metadata ?? [])].map(([key, value]) => ({ key, value })),
    attributes: [...node.attributes].map(([name, attribute]) => ({
      name,
      ...attributeText(attribute),
    })),
    inputs: node.inputs.map((id) => tensorOf(analysis, id)),
    outputs: node.outputs.map((id) => tensorOf(analysis, id)),
    work: workOf(layer, extentRead(analysis) !== "none"),
    targets: analysis.targets.map((target) => targetDetails(analysis, target, nodeId)),
    problems: [...analysis.problems, ...analysis.targets.flatMap((target) => target.problems)]
      .filter((problem) => problem.nodeId === nodeId)
      .map(({ code, severity, message }) => ({ code, severity, message })),
  };
}

export interface DetailsParams {
  readonly nodeId: number;
}

export interface DetailsView {
  readonly nodeId: number;
  readonly nodeCount: number;
  readonly name: string;
  readonly isNamed: boolean;
  readonly op: string;
  readonly domain: string;
  readonly opset: number | null;
  readonly sourceOp: string | null;
  readonly scope: string;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
  readonly attributes: readonly DetailsAttribute[];
  readonly inputs: readonly DetailsTensor[];
  readonly outputs: readonly DetailsTensor[];
  readonly work: DetailsWork;
  readonly targets: readonly DetailsTarget[];
  readonly problems: readonly Pick<Problem, "code" | "severity" | "message">[];
}

export interface DetailsAttribute {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
}

export interface NodeLink {
  readonly nodeId: number;
  readonly name: string;
}

export interface DetailsTensor {
  /** An optional input or output that the node leaves out. */
  readonly isAbsent: boolean;
  readonly name: string;
  readonly type: string;
  /** Bytes as the file types it; `null` while its shape is not known. */
  readonly bytes: number | null;
  /** `weight` is a constant of the file, `constant` follows from constants alone. */
  readonly role: "input" | "output" | "weight" | "constant" | "activation";
  /** Where a weight's bytes lie, relative to the model's folder, when in a file of their own. */
  readonly file: string | null;
  /** How its integers stand for real numbers, as a phrase; "" when the file does not say. */
  readonly quantization: string;
  readonly producer: NodeLink | null;
  /** The first few readers, in execution order; `consumerCount` counts all. */
  readonly consumers: readonly NodeLink[];
  readonly consumerCount: number;
}

/** One execution of the node by itself, before a runtime fuses anything. */
export interface DetailsWork {
  readonly parameterCount: number | null;
  readonly weightBytes: number | null;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  readonly reason: string | null;
}

export interface DetailsTarget {
  readonly id: string;
  readonly label: string;
  readonly state: LayerState;
  readonly seconds: Quantity | null;
  readonly joules: Quantity | null;
  /** What the joules are those of: a meter's scope, power × time, or counted operations. */
  readonly energySource: string | null;
  readonly coverage: number | null;
  /** Median errors of the measurements behind the number, in words; "" where it rests on none. */
  readonly error: string;
  readonly share: number | null;
  readonly bound: Bound | null;
  readonly level: string | null;
  readonly computeSeconds: number | null;
  readonly memorySeconds: number | null;
  readonly overheadSeconds: number | null;
  readonly weightBytes: number | null;
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  readonly engine: string | null;
  readonly isFallback: boolean;
  /** The node's own part of its kernel's time, by its arithmetic. */
  readonly partOfKernel: number | null;
  /** All nodes of the kernel, the one that names it first; empty when the node runs as no kernel. */
  readonly kernel: readonly NodeLink[];
  /** How the number came about, or why there is none. */
  readonly reasons: readonly string[];
}

const consumerLimit = 12;
const kernelLinkLimit = 40;

function tensorOf(analysis: Analysis, id: ValueId): DetailsTensor {
  const { graph } = analysis.model;
  const value = graph.values[id];
  const uses = tensorUses(graph);
  const producer = uses.producers.get(id);
  const consumers = uses.consumers.get(id) ?? [];
  const link = (nodeId: NodeId): NodeLink => ({ nodeId, name: nodeLabel(analysis, nodeId) });
  return {
    isAbsent: value === undefined,
    name: value?.name ?? "",
    type: value === undefined ? "" : typeText(analysis.inferred.types[id] ?? value.declared),
    bytes: value?.weight?.byteLength ?? byteCount(analysis.inferred.types[id]) ?? null,
    role: roleOf(analysis, id, value),
    file: value?.weight?.location?.file ?? null,
    quantization: quantizationText(value?.quantization),
    producer: producer === undefined ? null : link(producer),
    consumers: consumers.slice(0, consumerLimit).map(link),
    consumerCount: consumers.length,
  };
}

function roleOf(
  { model, inferred }: Analysis,
  id: ValueId,
  value: Value | undefined,
): DetailsTensor["role"] {
  if (value?.weight !== undefined) return "weight";
  if (model.graph.inputs.includes(id)) return "input";
  if (model.graph.outputs.includes(id)) return "output";
  return inferred.isConstant[id] === true ? "constant" : "activation";
}

function workOf(layer: Layer, isRead: boolean): DetailsWork {
  return {
    parameterCount: isRead ? layer.parameterCount : null,
    weightBytes: isRead ? layer.weightBytes : null,
    macs: layer.macs ?? null,
    flops: layer.flops ?? null,
    readBytes: layer.readBytes ?? null,
    writeBytes: layer.writeBytes ?? null,
    reason: layer.reason ?? null,
  };
}

function targetDetails(analysis: Analysis, target: TargetAnalysis, nodeId: NodeId): DetailsTarget {
  const own = layerCost(analysis, target, nodeId);
  // A fused node shows its kernel's numbers: that is where its cost went.
  const shown = own.state === "fused" ? layerCost(analysis, target, own.into) : own;
  const kernel = shown.state === "kernel" ? shown.kernel : undefined;
  const cost = shown.state === "kernel" ? shown.cost : undefined;
  const { runtime } = target.target;
  return {
    id: target.target.id,
    label: target.target.label,
    state: own.state,
    seconds: quantity(cost?.seconds),
    joules: quantity(cost?.joules),
    energySource:
      cost?.joules === undefined ? null : energySourceText(energySourceOf(target.target)),
    coverage: cost?.seconds.coverage ?? null,
    error: cost === undefined ? "" : errorOf(target.target, cost.seconds.method),
    share: shown.state === "kernel" ? (shown.share ?? null) : null,
    bound: cost?.bound ?? null,
    level: cost?.level ?? null,
    computeSeconds: cost?.computeSeconds ?? null,
    memorySeconds: cost?.memorySeconds ?? null,
    overheadSeconds: cost?.overheadSeconds ?? null,
    weightBytes: kernel?.weightBytes ?? null,
    readBytes: kernel?.readBytes ?? null,
    writeBytes: kernel?.writeBytes ?? null,
    engine: kernel?.engine ?? null,
    isFallback:
      kernel !== undefined &&
      runtime.fallback === kernel.engine &&
      runtime.fallback !== runtime.engine,
    partOfKernel: kernel?.shares[kernel.nodeIds.indexOf(nodeId)] ?? null,
    kernel: (kernel?.nodeIds ?? [])
      .slice(0, kernelLinkLimit)
      .map((id) => ({ nodeId: id, name: nodeLabel(analysis, id) })),
    reasons: [
      ...achievedText(target, nodeId),
      ...deploymentNote(target, [nodeId]),
      ...reasonsOf(own, cost?.reasons ?? []),
    ],
  };
}

function errorOf(target: Target, method: Method): string {
  const error = errorBehind(target, method);
  return error === undefined ? "" : errorSummary(latencyErrors(error.rows));
}

function reasonsOf(
  own: ReturnType<typeof layerCost>,
  reasons: readonly string[],
): readonly string[] {
  switch (own.state) {
    case "kernel":
    case "fused":
      return reasons;
    case "uncosted":
      return [own.reason];
    case "folded":
      return ["All inputs are constants: it is computed once, when the model is loaded."];
    case "vanished":
      return ["The runtime executes nothing for it: its output is a view of its input."];
    case "untargeted":
      return [];
  }
}

function opsetOf(analysis: Analysis, domain: string): number | null {
  const opsets = analysis.model.opsets;
  return opsets.get(domain) ?? (domain === "" ? opsets.get("ai.onnx") : undefined) ?? null;
}
