import type { TextSpan } from "../../base/text-span.js";
import type { NodeId } from "../../graph/graph.js";
import type { Located, NodesOfLine } from "../text/locate.js";
import { lineAt, lineStartsOf } from "../../base/line-starts.js";
import { type SourceSite, siteAt } from "./source-index.js";
import type { SourceNumbers, SourceState } from "./source-state.js";

/** Where a call of the main model stands in the file; the place that made its layer counts first. */
export function locateInSource(
  { numbers }: SourceState,
  what: { readonly nodeId: NodeId | undefined; readonly nodeName: string | undefined },
): Located | null {
  const [main] = numbers?.models ?? [];
  if (numbers === undefined || main === undefined) return null;
  const nodes = main.analysis.model.graph.nodes;
  const nodeId = what.nodeId ?? nodes.findIndex((node) => node.name === what.nodeName);
  const sites = numbers.index.sites.filter(
    (site) => site.model === main && site.isInnermost && site.nodeIds.includes(nodeId),
  );
  const site = sites.find(({ role }) => role === "made") ?? sites[0];
  const span = site && spanNow(numbers, site);
  return span === undefined ? null : { nodeId, offset: span.start };
}

/** The first call that the place stands for, where that is of the main model. */
export function nodeIdInSource({ numbers }: SourceState, offset: number): Located | null {
  if (numbers === undefined) return null;
  const before = numbers.moved === undefined ? offset : numbers.moved.toOld(offset);
  const site: SourceSite | undefined =
    before === undefined ? undefined : siteAt(numbers.index, before);
  const [nodeId] = site?.nodeIds ?? [];
  const span = site && spanNow(numbers, site);
  if (nodeId === undefined || span === undefined || site?.model !== numbers.models[0]) return null;
  return { nodeId, offset: span.start };
}

/** All calls that the offset's line stands for: those in which its operators run, and those whose layers it makes. */
export function nodesInSource({ numbers }: SourceState, offset: number): NodesOfLine | undefined {
  const [main] = numbers?.models ?? [];
  if (numbers === undefined || main === undefined) return undefined;
  const { moved, index, text } = numbers;
  const before = moved === undefined ? offset : moved.toOld(offset);
  const row = before === undefined ? undefined : index.rows.get(lineAt(lineStartsOf(text), before));
  return row === undefined
    ? { analysis: main.analysis, nodeIds: [] }
    : { analysis: row.model.analysis, nodeIds: row.nodeIds };
}

function spanNow({ moved }: SourceNumbers, { span }: SourceSite): TextSpan | undefined {
  return moved === undefined ? span : moved.toNew(span);
}
