import type { NodeId, SourceModule } from "../../graph/graph.js";
import { plain } from "../text/markdown.js";
import type { AnalysedModel } from "./source-state.js";

/** The layers whose calls these are, each once, with its calls. */
export interface Instance {
  readonly module: SourceModule;
  readonly nodeIds: readonly NodeId[];
}

interface Calls {
  readonly model: AnalysedModel;
  readonly nodeIds: readonly NodeId[];
}

export function instancesOf({ model: { analysis }, nodeIds }: Calls): readonly Instance[] {
  const sources = analysis.model.trace?.sources;
  const byModule = new Map<number, NodeId[]>();
  for (const nodeId of nodeIds) {
    const moduleId = sources?.moduleOfNode[nodeId] ?? -1;
    const known = byModule.get(moduleId);
    if (known === undefined) byModule.set(moduleId, [nodeId]);
    else known.push(nodeId);
  }
  return [...byModule].flatMap(([moduleId, ids]) => {
    const module = sources?.modules[moduleId];
    return module === undefined ? [] : [{ module, nodeIds: ids }];
  });
}

/** `16 calls in 4 layers of resnet50`. */
export function instancesText(calls: Calls): string {
  const { nodeIds, model } = calls;
  const count = instancesOf(calls).length;
  const where = count > 0 ? ` in ${count === 1 ? "1 instance" : `${count} instances`}` : "";
  const what = nodeIds.length === 1 ? "1 call" : `${nodeIds.length} calls`;
  return `${what}${where} · ${plain(model.traced.name)}`;
}
