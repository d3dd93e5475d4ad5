import type { Layer, Totals } from "../analysis.js";
import type { Problem } from "../base/problem.js";
import { formatShare } from "../base/units.js";
import { operatorKey, type Graph } from "../graph/graph.js";
import { bodiesOf, type Dataflow } from "./dataflow.js";
import { isUnbound, ownWeights, unboundTest } from "./layers.js";
import { elementsOf, parametersOf, storedBytes } from "./value-bytes.js";
import type { GraphWork } from "./works.js";

/**
 * The model as a whole. Parameters are the elements of the constants that are left after folding and that a node
 * reads at run time, each once however many read it.
 */
export function totalsOf(graphWork: GraphWork, layers: readonly Layer[]): Totals {
  const { flow, works } = graphWork;
  const unbound = unboundTest(flow.inferred.symbols);
  const counted = new Uint8Array(flow.graph.values.length);
  const bodies = new Set<Graph>();
  let parameterCount = 0;
  let weightBytes = 0;
  let macs = 0;
  let flops = 0;
  let activationElements: number | undefined = 0;
  let uncostedCount = 0;
  let costedCount = 0;
  let isWaiting = false;
  for (const layer of layers) {
    const { nodeId } = layer;
    if (layer.isFolded) continue;
    for (const id of flow.inputs[nodeId] ?? []) {
      if (flow.isWeight[id] !== 1 || counted[id] === 1) continue;
      counted[id] = 1;
      parameterCount += parametersOf(flow, id) ?? 0;
      weightBytes += storedBytes(flow, id) ?? 0;
    }
    for (const body of bodiesOfNode(flow, nodeId)) {
      if (bodies.has(body)) continue;
      bodies.add(body);
      const inner = ownWeights(body);
      parameterCount += inner.parameterCount;
      weightBytes += inner.weightBytes;
    }
    if (layer.isCosted) {
      costedCount += 1;
      macs += layer.macs ?? 0;
      flops += layer.flops ?? 0;
    } else {
      uncostedCount += 1;
      isWaiting ||= works[nodeId]?.kind === "no-shapes" && isUnbound(flow, nodeId, unbound);
    }
    const elements = productElements(graphWork, nodeId);
    activationElements =
      elements === undefined || activationElements === undefined
        ? undefined
        : activationElements + elements;
  }
  // A sum over nothing is not 0: nothing is known then.
  const isUnknown = isWaiting || (uncostedCount > 0 && costedCount === 0);
  return {
    parameterCount,
    weightBytes,
    macs: isUnknown ? undefined : macs,
    flops: isUnknown ? undefined : flops,
    activationElements: isUnknown ? undefined : activationElements,
    initializerElements: ownWeights(flow.graph).parameterCount,
    uncostedCount,
  };
}

/** What a person should know about the sums: symbols to bind, and nodes that are not in them. */
export function problemsOfTotals(
  graphWork: GraphWork,
  layers: readonly Layer[],
): readonly Problem[] {
  const { flow, works } = graphWork;
  const problems: Problem[] = [];
  const unbound = unboundTest(flow.inferred.symbols);
  const uncosted = layers.filter((layer) => !layer.isCosted);
  const waiting = uncosted.filter(
    ({ nodeId }) => works[nodeId]?.kind === "no-shapes" && isUnbound(flow, nodeId, unbound),
  );
  if (waiting.length > 0) {
    const symbols = flow.inferred.symbols;
    const names = symbols.slice(0, 8).map((name) => `\`${name}\``);
    const isOne = symbols.length === 1;
    problems.push({
      code: "RP1110",
      severity: "warning",
      message: `${isOne ? "Dimension" : "Dimensions"} ${names.join(", ")}${symbols.length > names.length ? " …" : ""} ${isOne ? "is" : "are"} not bound: give ${symbols
        .slice(0, 8)
        .map((name) => `--dim ${name}=N`)
        .join(" ")}, or bind ${isOne ? "it" : "them"} in the panel.`,
    });
  }
  const isWaiting = new Set(waiting.map(({ nodeId }) => nodeId));
  const rest = uncosted.filter(({ nodeId }) => !isWaiting.has(nodeId));
  const first = rest[0];
  if (first !== undefined) {
    const operators = new Set(
      rest.map(({ nodeId }) => {
        const node = flow.graph.nodes[nodeId];
        return node === undefined ? "" : operatorKey(node.domain, node.op);
      }),
    );
    operators.delete(""); // A node that names no operator.
    const names = [...operators].slice(0, 6).map((name) => `\`${name}\``);
    problems.push({
      code: "RP1202",
      severity: "warning",
      message:
        `${rest.length} of ${layers.length} nodes (${formatShare(rest.length / layers.length)}) have no cost and are left out of the sums${names.length > 0 ? `: ${names.join(", ")}` : ""}${operators.size > names.length ? " …" : ""}. ${first.reason ?? ""}`.trimEnd(),
      nodeId: first.nodeId,
    });
  }
  return problems;
}

/**
 * Output elements of a convolution, linear layer or matrix product; 0 for other nodes. Attention is two products,
 * whether or not one kernel makes both: its scores count, as they do where the model writes them out.
 */
function productElements({ flow, works }: GraphWork, nodeId: number): number | undefined {
  const nodeWork = works[nodeId];
  if (nodeWork === undefined || nodeWork.kind === "folded") return 0;
  const kernel = nodeWork.kind === "known" ? nodeWork.work.kernel : undefined;
  const node = flow.graph.nodes[nodeId];
  const isProduct =
    kernel === undefined
      ? products.has(node?.op ?? "")
      : kernel.kind === "conv" || kernel.kind === "matmul" || kernel.kind === "attention";
  if (!isProduct) return 0;
  const elements = elementsOf(flow.inferred.types[node?.outputs[0] ?? -1]);
  if (elements === undefined || kernel?.kind !== "attention") return elements;
  return elements + kernel.batch * kernel.queryHeads * kernel.queryLength * kernel.keyLength;
}

const products: ReadonlySet<string> = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul"]);

function bodiesOfNode(flow: Dataflow, nodeId: number): readonly Graph[] {
  const node = flow.graph.nodes[nodeId];
  return node === undefined ? [] : bodiesOf(node);
}
