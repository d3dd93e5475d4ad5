import type { TargetAnalysis } from "../../analysis.js";
import type { Problem } from "../../base/problem.js";
import { operatorKey } from "../../graph/graph.js";
import type { AnalysedModel } from "./source-state.js";

/** RP1203 on every line whose operators a target's engine does not run, with who runs them in its place. */
export function unsupportedCalls({ analysis }: AnalysedModel): readonly Problem[] {
  return analysis.targets.flatMap((target) => problemsOf(target, analysis.model.graph.nodes));
}

type Nodes = AnalysedModel["analysis"]["model"]["graph"]["nodes"];

function problemsOf({ target, unsupportedNodes }: TargetAnalysis, nodes: Nodes): Problem[] {
  const lines = new Map<
    string,
    { readonly nodeId: number; readonly counts: Map<string, number> }
  >();
  for (const nodeId of unsupportedNodes) {
    const node = nodes[nodeId];
    if (node === undefined) continue;
    const { place } = node;
    const key = place?.kind === "source" ? `${place.file} ${place.line}` : "";
    const line = lines.get(key) ?? { nodeId, counts: new Map<string, number>() };
    lines.set(key, line);
    const name = node.sourceOp ?? operatorKey(node.domain, node.op);
    line.counts.set(name, (line.counts.get(name) ?? 0) + 1);
  }
  const { runtime, label } = target;
  return [...lines.values()].map(({ nodeId, counts }) => {
    const names = [...counts].map(([name, count]) =>
      count === 1 ? `\`${name}\`` : `${count} × \`${name}\``,
    );
    const who = names.join(", ");
    const message =
      runtime.fallback === undefined
        ? `${label}: no engine there runs ${who}; use other operators or another runtime.`
        : `${label}: the ${runtime.engine} does not run ${who}; the ${runtime.fallback} does, and the time includes bringing tensors over.`;
    return { code: "RP1203", severity: "warning", message, nodeId };
  });
}
