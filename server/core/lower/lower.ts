import type { Cancel } from "../base/cancel.js";
import { throwIfCancelled } from "../base/cancel.js";
import type { NodeId } from "../graph/graph.js";
import type { Target } from "../targets/target.js";
import type { GraphWork } from "../work/works.js";
import { bodyWeightBytes, constantsOf, makeKernel } from "./make-kernel.js";
import { membersOf, startDraft, type Draft } from "./draft.js";
import { layoutsOf } from "./layouts.js";
import { passes } from "./index.generated.js";
import type { Kernel, Lowered, PassId } from "./lowered.js";
import { weightDensities } from "./weight-densities.js";
import { targetBytes } from "./target-bytes.js";
import type { LoweringPass } from "./pass.js";
import { TrafficMeter } from "./traffic.js";

/**
 * The graph as a runtime executes it: the passes of its data file, then one kernel for each node or group that is
 * left, at the place of its last node.
 */
export function lower(graphWork: GraphWork, target: Target, cancel: Cancel): Lowered {
  const started = startDraft(graphWork, target);
  const draft = target.runtime.passes.includes("strided-views")
    ? { ...started, layouts: layoutsOf(started) }
    : started;
  for (const id of order) {
    // What follows from constants is not part of an inference in any runtime: works leave it out already.
    if (id !== "fold-constants" && !target.runtime.passes.includes(id)) continue;
    throwIfCancelled(cancel);
    passesById.get(id)?.run(draft);
  }
  return finish(draft, target);
}

/**
 * Passes build on one another: patterns are looked for through views that are gone, attention and integer kernels
 * claim their nodes before element-wise fusion does. So the data files say which passes a runtime has, not in what order.
 */
const order: readonly PassId[] = [
  "fold-constants",
  "strided-views",
  "drop-views",
  "fold-zeros",
  "fold-batch-norm",
  "fuse-attention",
  "keep-wide",
  "merge-bias",
  "fuse-activation",
  "fuse-quantization",
  "fuse-elementwise",
  "fuse-pointwise",
  "merge-products",
];

const passesById: ReadonlyMap<string, LoweringPass> = new Map(
  passes.map((pass) => [pass.id, pass]),
);

function finish(draft: Draft, target: Target): Lowered {
  const { flow } = draft;
  const nodeCount = flow.graph.nodes.length;
  const densities = weightDensities(flow, target.precision);
  const { wideWeights } = draft;
  const bytes = targetBytes(flow, target.precision, draft.autocast?.bits, {
    wideWeights,
    densities,
  });
  const maker = { draft, target, bytes, densities, meter: new TrafficMeter(draft, bytes) };
  const kernels: Kernel[] = [];
  const kernelOfNode = new Array<number>(nodeCount).fill(-1);
  const uncosted: { nodeId: NodeId; reason: string }[] = [];
  const isCounted = new Uint8Array(flow.graph.values.length);
  let weightBytes = 0;
  for (let nodeId = 0; nodeId < nodeCount; nodeId++) {
    if ((draft.kernelOf[nodeId] ?? -1) < 0) continue;
    const members = membersOf(draft, nodeId);
    // A kernel runs where its last node stands; by then all that it reads has been made.
    if (members.at(-1) !== nodeId) continue;
    const outcome = makeKernel(maker, members);
    for (const member of members) {
      weightBytes += bodyWeightBytes(draft, member);
      for (const id of constantsOf(draft, member)) {
        if (isCounted[id] === 1) continue;
        isCounted[id] = 1;
        weightBytes += bytes.of(id) ?? 0;
      }
    }
    if (outcome.kernel === undefined) {
      for (const member of members) uncosted.push({ nodeId: member, reason: outcome.reason });
      continue;
    }
    for (const member of members) kernelOfNode[member] = kernels.length;
    kernels.push(outcome.kernel);
  }
  // What is answered without the inputs is stored too.
  for (const id of new Set(flow.graph.outputs))
    if (flow.inferred.isConstant[id] === true && isCounted[id] !== 1)
      weightBytes += bytes.of(id) ?? 0;
  uncosted.sort((a, b) => a.nodeId - b.nodeId);
  const aliasOf = draft.aliasOf;
  const valueBits = draft.autocast?.bits;
  const scopeOf = (nodeId: NodeId): string => flow.graph.nodes[nodeId]?.scope ?? "";
  return { kernels, kernelOfNode, uncosted, weightBytes, aliasOf, scopeOf, valueBits };
}
