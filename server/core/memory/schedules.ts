import { absent, type NodeId, type ValueId } from "../graph/graph.js";
import type { InferredGraph } from "../graph/inferred.js";
import type { Lowered } from "../lower/lowered.js";
import { dataflowOf, type Dataflow } from "../work/dataflow.js";
import { declaredBytes } from "../work/value-bytes.js";
import type { GraphWork } from "../work/works.js";
import type { Schedule, Step } from "./buffers.js";
import { planMemory } from "./make-plan.js";

/** Every node a step, in declared types; folded nodes and views run as nothing, and views share storage. */
export function declaredSchedule({ flow, works }: GraphWork): Schedule {
  const aliasOf = new Int32Array(flow.graph.values.length).map((_, id) => id);
  const steps: Step[] = [];
  for (let nodeId = 0; nodeId < flow.graph.nodes.length; nodeId++) {
    const nodeWork = works[nodeId];
    if (nodeWork?.kind === "folded") continue;
    const isView = nodeWork?.kind === "known" && nodeWork.work.kernel.kind === "view";
    const source = flow.graph.nodes[nodeId]?.inputs[0] ?? absent;
    const made = flow.outputs[nodeId]?.[0];
    if (
      isView &&
      made !== undefined &&
      source !== absent &&
      declaredBytes(flow, source) === declaredBytes(flow, made)
    ) {
      // In a damaged file views may go in a circle; the one that closes it is its own root.
      aliasOf[made] = rootOf(aliasOf, source);
      continue;
    }
    steps.push(stepOf(flow, nodeId, aliasOf));
  }
  return scheduleOf(flow, steps, aliasOf, (id) => declaredBytes(flow, id));
}

/** Every kernel a step; what stays inside a kernel takes no memory. `bytesOf` answers in the target's types. */
export function loweredSchedule(
  flow: Dataflow,
  lowered: Lowered,
  bytesOf: (id: ValueId) => number | undefined,
): Schedule {
  const { aliasOf } = lowered;
  const steps = lowered.kernels.map((kernel): Step => {
    const nodeId = kernel.nodeIds[0] ?? -1;
    const scratchBytes = bodyBytes(flow, nodeId);
    return {
      nodeId,
      reads: kernel.reads,
      writes: kernel.writes,
      kernel,
      ...(scratchBytes !== undefined && { scratchBytes }),
    };
  });
  return scheduleOf(flow, steps, aliasOf, bytesOf);
}

function scheduleOf(
  flow: Dataflow,
  steps: readonly Step[],
  aliasOf: Int32Array,
  bytesOf: (id: ValueId) => number | undefined,
): Schedule {
  const { graph, inferred } = flow;
  const isActivation = (id: ValueId): boolean => id !== absent && inferred.isConstant[id] !== true;
  return {
    steps,
    inputs: graph.inputs.filter(isActivation),
    outputs: graph.outputs.filter(isActivation).map((id) => rootOf(aliasOf, id)),
    bytesOf,
    valueCount: graph.values.length,
  };
}

function stepOf(flow: Dataflow, nodeId: NodeId, aliasOf: Int32Array): Step {
  const reads: ValueId[] = [];
  for (const id of flow.inputs[nodeId] ?? [])
    if (flow.inferred.isConstant[id] !== true) reads.push(aliasOf[id] ?? id);
  const writes = (flow.outputs[nodeId] ?? []).filter((id) => flow.inferred.isConstant[id] !== true);
  const scratchBytes = bodyBytes(flow, nodeId);
  return { nodeId, reads, writes, ...(scratchBytes !== undefined && { scratchBytes }) };
}

/** The most that a body of If, Loop or Scan has alive by itself; branches exclude one another. */
function bodyBytes(flow: Dataflow, nodeId: NodeId): number | undefined {
  const bodies = flow.inferred.bodies.get(nodeId);
  if (bodies === undefined) return undefined;
  let most = 0;
  for (const body of bodies) most = Math.max(most, peakOfBody(body) ?? 0);
  return most;
}

function peakOfBody(body: InferredGraph): number | undefined {
  const flow = dataflowOf(body);
  const captured = new Set(body.graph.captures.map(({ inner }) => inner));
  const aliasOf = new Int32Array(body.graph.values.length).map((_, id) => id);
  const steps: Step[] = [];
  for (let nodeId = 0; nodeId < body.graph.nodes.length; nodeId++)
    if (flow.isFolded[nodeId] !== 1) steps.push(stepOf(flow, nodeId, aliasOf));
  // What a body captures is alive outside of it already.
  const schedule = scheduleOf(flow, steps, aliasOf, (id) =>
    captured.has(id) ? 0 : declaredBytes(flow, id),
  );
  const outcome = planMemory(schedule, { keepsOrder: true });
  return outcome.kind === "planned" ? outcome.plan.lowerBound : undefined;
}

function rootOf(aliasOf: Int32Array, id: ValueId): ValueId {
  let root = id;
  for (let next = aliasOf[root] ?? root; next !== root; next = aliasOf[root] ?? root) root = next;
  return root;
}
