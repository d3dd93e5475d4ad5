import type { SourceRange, TextSpan } from "../../base/text-span.js";
import type { NodeId, SourceTable } from "../../graph/graph.js";
import { lineStartsOf } from "../../base/line-starts.js";
import type { AnalysedModel } from "./source-state.js";

/** Which calls of a model's run a place of the file stands for. */
export interface SourceIndex {
  /** By where they start; several may start in one line. */
  readonly sites: readonly SourceSite[];
  /** By line. */
  readonly rows: ReadonlyMap<number, SourceRow>;
}

/** An expression of the file that made layers, or in which operators ran. */
export interface SourceSite {
  readonly model: AnalysedModel;
  readonly span: TextSpan;
  readonly line: number;
  readonly functionName: string;
  /** `made`: layers come from here; `called`: their operators run here. */
  readonly role: "made" | "called";
  /** Each once, in the order in which they ran. */
  readonly nodeIds: readonly NodeId[];
  /** The layer itself is made here, or the operator itself called: not something further inside. */
  readonly isInnermost: boolean;
}

/** What stands at the end of a line: the sum of all its places. */
export interface SourceRow {
  readonly model: AnalysedModel;
  readonly line: number;
  readonly sites: readonly SourceSite[];
  readonly nodeIds: readonly NodeId[];
}

/**
 * Joins models with their file. A line belongs to the first model that it takes part in, so that the shares of a file
 * are of one whole, the main model's; what only other models use shows what it costs there.
 */
export function indexSource(text: string, models: readonly AnalysedModel[]): SourceIndex {
  const lineStarts = lineStartsOf(text);
  const rows = new Map<number, SourceRow>();
  for (const model of models) {
    const byLine = new Map<number, SourceSite[]>();
    for (const site of sitesOf(model, lineStarts, text.length)) {
      const known = byLine.get(site.line);
      if (known === undefined) byLine.set(site.line, [site]);
      else known.push(site);
    }
    for (const [line, sites] of byLine)
      if (!rows.has(line)) rows.set(line, { model, line, sites, nodeIds: unionOf(sites) });
  }
  const sites = [...rows.values()].flatMap((row) => row.sites);
  sites.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  return { sites, rows };
}

/** The smallest place that holds the offset. */
export function siteAt({ sites }: SourceIndex, offset: number): SourceSite | undefined {
  let best: SourceSite | undefined;
  for (const site of sites) {
    if (site.span.start > offset) break;
    if (offset > site.span.end) continue;
    const isSmaller =
      best === undefined || site.span.end - site.span.start <= best.span.end - best.span.start;
    if (isSmaller) best = site;
  }
  return best;
}

interface DraftSite {
  readonly range: SourceRange;
  readonly functionName: string;
  readonly role: SourceSite["role"];
  readonly nodeIds: Set<NodeId>;
  isInnermost: boolean;
}

function sitesOf(
  model: AnalysedModel,
  lineStarts: readonly number[],
  length: number,
): readonly SourceSite[] {
  const { analysis } = model;
  const sources = analysis.model.trace?.sources;
  if (sources === undefined) return [];
  const drafts = new Map<string, DraftSite>();
  const roots = rootKeys(sources);
  const add = (frameIds: readonly number[], nodeId: NodeId, role: SourceSite["role"]): void => {
    let isInnermost = true;
    for (const frameId of frameIds) {
      const frame = sources.frames[frameId];
      if (frame?.file !== sources.mainFile) continue;
      const key = `${role} ${keyOf(frame)}`;
      let draft = drafts.get(key);
      if (draft === undefined) {
        const { functionName } = frame;
        draft = { range: frame, functionName, role, nodeIds: new Set(), isInnermost: false };
        drafts.set(key, draft);
      }
      draft.nodeIds.add(nodeId);
      draft.isInnermost ||= isInnermost;
      isInnermost = false;
    }
  };
  for (const [nodeId, frames] of sources.callFrames.entries()) {
    add(frames, nodeId, "called");
    const made = sources.modules[sources.moduleOfNode[nodeId] ?? -1];
    if (made !== undefined && made.path !== "") add(made.creationFrames, nodeId, "made");
  }
  const nodeCount = analysis.model.graph.nodes.length;
  return [...drafts.values()].flatMap((draft): SourceSite[] => {
    const { range, functionName, role, isInnermost } = draft;
    const isOfRoot = role === "made" && roots.has(keyOf(range));
    // Where the whole model is made, its totals stand in the lens.
    const isWhole =
      role === "made" && draft.nodeIds.size === nodeCount && !functionName.endsWith("__init__");
    const start = lineStarts[range.line];
    if (isOfRoot || isWhole || start === undefined) return [];
    const end = (lineStarts[range.endLine] ?? length) + range.endCharacter;
    return [
      {
        model,
        span: { start: Math.min(length, start + range.character), end: Math.min(length, end) },
        line: range.line,
        functionName,
        role,
        nodeIds: [...draft.nodeIds].sort((a, b) => a - b),
        isInnermost,
      },
    ];
  });
}

/** Places that make the model itself. */
function rootKeys({ modules, frames, mainFile }: SourceTable): ReadonlySet<string> {
  const root = modules.find(({ path }) => path === "");
  return new Set(
    (root?.creationFrames ?? []).flatMap((frameId) => {
      const frame = frames[frameId];
      return frame?.file === mainFile ? [keyOf(frame)] : [];
    }),
  );
}

function keyOf({ line, character, endLine, endCharacter }: SourceRange): string {
  return `${line} ${character} ${endLine} ${endCharacter}`;
}

function unionOf(sites: readonly SourceSite[]): readonly NodeId[] {
  const [only] = sites;
  if (sites.length === 1 && only !== undefined) return only.nodeIds;
  return [...new Set(sites.flatMap(({ nodeIds }) => nodeIds))].sort((a, b) => a - b);
}
