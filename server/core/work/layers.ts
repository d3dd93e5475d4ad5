import type { Layer } from "../analysis.js";
import { productOf } from "../base/product.js";
import { namedSymbols } from "../graph/declared-type.js";
import { isKnown } from "../graph/dim.js";
import { operatorKey, type Graph, type NodeId, type ValueId } from "../graph/graph.js";
import type { InferredGraph } from "../graph/inferred.js";
import { typeText, type ValueType } from "../graph/value-type.js";
import { bodiesOf, type Dataflow } from "./dataflow.js";
import { reasonOfLoop } from "./control-flow.js";
import { parametersOf, storedBytes } from "./value-bytes.js";
import { trafficOf, type GraphWork, type NodeWork } from "./works.js";

/** What each node takes whatever the target, parallel to the nodes. */
export function layersOf(graphWork: GraphWork): readonly Layer[] {
  const { flow, works } = graphWork;
  const unbound = unboundTest(flow.inferred.symbols);
  return works.map((nodeWork, nodeId) => layerOf(flow, nodeId, nodeWork, unbound));
}

/** True when a type still depends on a symbol that the user could bind. */
export type UnboundTest = (type: ValueType | undefined) => boolean;

/** Answers for many types: expressions are looked up by their text once. */
export function unboundTest(symbols: readonly string[]): UnboundTest {
  if (symbols.length === 0) return () => false;
  const answers = new Map<string, boolean>();
  const test: UnboundTest = (type) => {
    switch (type?.kind) {
      case "tensor":
      case "sparse":
        return (type.shape ?? []).some((dim) => {
          if (isKnown(dim)) return false;
          let answer = answers.get(dim.text);
          if (answer === undefined) {
            answer = symbols.some((name) => dim.text.includes(name));
            answers.set(dim.text, answer);
          }
          return answer;
        });
      case "sequence":
      case "optional":
        return test(type.element);
      case "map":
        return test(type.value);
      case undefined:
        return false;
    }
  };
  return test;
}

/** True when a node's shapes wait for a symbol to be bound. */
export function isUnbound(flow: Dataflow, nodeId: NodeId, unbound: UnboundTest): boolean {
  const { types } = flow.inferred;
  const waits = (id: ValueId): boolean => unbound(types[id]);
  return (flow.inputs[nodeId] ?? []).some(waits) || (flow.outputs[nodeId] ?? []).some(waits);
}

function layerOf(flow: Dataflow, nodeId: NodeId, nodeWork: NodeWork, unbound: UnboundTest): Layer {
  if (nodeWork.kind === "folded") return foldedLayer(nodeId);
  const weights = weightsOf(flow, nodeId);
  const known = nodeWork.kind === "known" ? nodeWork.work : undefined;
  const traffic = known === undefined ? undefined : trafficOf(flow, nodeId, known);
  const reason = reasonOf(flow, nodeId, nodeWork, traffic !== undefined, unbound);
  return {
    nodeId,
    ...weights,
    macs: known?.macs,
    flops: known === undefined ? undefined : 2 * known.macs + known.otherFlops,
    readBytes: traffic?.readBytes,
    writeBytes: traffic?.writeBytes,
    isCosted: known !== undefined,
    ...(reason !== undefined && { reason }),
    isFolded: false,
  };
}

/** Nothing is left of it at run time; its initializers count where its outputs are read. */
function foldedLayer(nodeId: NodeId): Layer {
  return {
    nodeId,
    parameterCount: 0,
    weightBytes: 0,
    macs: 0,
    flops: 0,
    readBytes: 0,
    writeBytes: 0,
    isCosted: true,
    isFolded: true,
  };
}

/** Constants that a node reads, those of its bodies included. */
function weightsOf(
  flow: Dataflow,
  nodeId: NodeId,
): { readonly parameterCount: number; readonly weightBytes: number } {
  let parameterCount = 0;
  let weightBytes = 0;
  for (const id of flow.inputs[nodeId] ?? []) {
    if (flow.isWeight[id] !== 1) continue;
    parameterCount += parametersOf(flow, id) ?? 0;
    weightBytes += storedBytes(flow, id) ?? 0;
  }
  const node = flow.graph.nodes[nodeId];
  if (node !== undefined && node.attributes.size > 0)
    for (const body of bodiesOf(node)) {
      const inner = ownWeights(body);
      parameterCount += inner.parameterCount;
      weightBytes += inner.weightBytes;
    }
  return { parameterCount, weightBytes };
}

/** Initializers written inside a body, and inside its bodies. */
export function ownWeights(body: Graph): {
  readonly parameterCount: number;
  readonly weightBytes: number;
} {
  let parameterCount = 0;
  let weightBytes = 0;
  const pending = [body];
  const seen = new Set<Graph>();
  for (let graph = pending.pop(); graph !== undefined; graph = pending.pop()) {
    if (seen.has(graph)) continue;
    seen.add(graph);
    for (const { weight } of graph.values) {
      if (weight === undefined) continue;
      parameterCount += weight.sparseCount ?? productOf(weight.shape);
      weightBytes += weight.byteLength;
    }
    for (const node of graph.nodes) pending.push(...bodiesOf(node));
  }
  return { parameterCount, weightBytes };
}

function reasonOf(
  flow: Dataflow,
  nodeId: NodeId,
  nodeWork: NodeWork,
  hasTraffic: boolean,
  unbound: UnboundTest,
): string | undefined {
  if (nodeWork.kind === "known" && hasTraffic) return undefined;
  const node = flow.graph.nodes[nodeId];
  if (node === undefined || nodeWork.kind === "folded") return undefined;
  if (nodeWork.kind === "no-rule")
    return `\`${operatorKey(node.domain, node.op)}\` has no rule, so nothing is known of its cost.`;
  if (isUnbound(flow, nodeId, unbound)) {
    const symbols = new Set<string>();
    for (const id of [...(flow.inputs[nodeId] ?? []), ...(flow.outputs[nodeId] ?? [])])
      namedSymbols(flow.inferred.types[id], symbols);
    const names = [...symbols].slice(0, 4).map((name) => `\`${name}\``);
    return `Its shapes depend on ${names.join(", ")}; give ${names.length === 1 ? "it a value" : "them values"}.`;
  }
  const unknown = [...(flow.inputs[nodeId] ?? []), ...(flow.outputs[nodeId] ?? [])].find(
    (id) => !isSettled(flow.inferred, id),
  );
  const ofLoop = reasonOfLoop(flow.inferred, nodeId);
  if (ofLoop !== undefined) return ofLoop;
  if (unknown === undefined)
    return "Its work depends on the data, or its inputs do not fit the operator.";
  const value = flow.graph.values[unknown];
  return `The shape of \`${value?.name ?? ""}\`, ${typeText(flow.inferred.types[unknown])}, is not known before the model runs.`;
}

function isSettled(inferred: InferredGraph, id: ValueId): boolean {
  const type = inferred.types[id];
  return type?.kind === "tensor" && type.shape !== undefined && type.shape.every(isKnown);
}
