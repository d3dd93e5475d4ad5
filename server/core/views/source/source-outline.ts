import type { TextSpan } from "../../base/text-span.js";
import type { OutlineItem } from "../text/outline.js";
import { secondsText } from "../text/estimate-text.js";
import { formatShare } from "../../base/units.js";
import { endOfLineAt, lineStartsOf } from "../../base/line-starts.js";
import { layerTitle } from "./layer-title.js";
import { summedCost } from "../text/summed-cost.js";
import type { SourceRow } from "./source-index.js";
import { sourceLens } from "./source-lens.js";
import { sourceAnchors, type SourceAnchor } from "./source-syntax.js";
import type { SourceState } from "./source-state.js";

/** The models of a Python file with their totals, each with the lines that make its layers and what they cost. */
export function sourceOutline(state: SourceState): readonly OutlineItem[] {
  const { text } = state;
  const anchors = sourceAnchors(text);
  const starts = lineStartsOf(text);
  return anchors.map((anchor, index) => {
    const end = endOfDefinition(text, starts, anchor, anchors[index + 1]);
    const span = { start: Math.min(anchor.start, anchor.span.start), end };
    return {
      name: anchor.pin === undefined ? anchor.name : `${anchor.name} (${anchor.pin})`,
      detail: sourceLens(state, anchor).title,
      kind: "graph",
      span,
      nameSpan: anchor.span,
      children:
        anchor.pin === undefined || anchors[index + 1]?.name !== anchor.name
          ? layersIn(state, span)
          : [],
    };
  });
}

/** Where the next line stands at the margin of the definition or left of it, other than closing brackets. */
function endOfDefinition(
  text: string,
  starts: readonly number[],
  anchor: SourceAnchor,
  next: SourceAnchor | undefined,
): number {
  const limit = Math.max(anchor.span.end, Math.min(text.length, next?.start ?? text.length));
  const first = starts.findIndex((start) => start > anchor.span.end);
  if (first < 0 || anchor.kind === "instance") return endOfLineAt(text, anchor.span.end);
  const own = starts[first - 1] ?? 0;
  const margin = /^[ \t]*/.exec(text.slice(own))?.[0].length ?? 0;
  let end = endOfLineAt(text, anchor.span.end);
  for (const start of starts.slice(anchor.pin === undefined ? first : first + 1)) {
    if (start >= limit) break;
    const line = text.slice(start, endOfLineAt(text, start));
    if (line.trim() === "") continue;
    const indent = line.length - line.trimStart().length;
    if (indent <= margin && !/^[ \t]*[)\]}#]/.test(line)) break;
    end = Math.min(limit, start + line.length);
  }
  return end;
}

function layersIn({ text, numbers }: SourceState, span: TextSpan): readonly OutlineItem[] {
  if (numbers === undefined) return [];
  const { index, moved } = numbers;
  const items: OutlineItem[] = [];
  for (const row of index.rows.values()) {
    const site = row.sites.find(({ role }) => role === "made");
    if (site === undefined) continue;
    const now = moved === undefined ? site.span : moved.toNew(site.span);
    if (now === undefined || now.start < span.start || now.end > span.end) continue;
    const lineStart = text.lastIndexOf("\n", now.start) + 1;
    const target = /^\s*(?:self\.)?([\w.]+)\s*=[^=]/.exec(
      text.slice(lineStart, now.start + 1),
    )?.[1];
    const title = layerTitle(site);
    items.push({
      name: target ?? title,
      detail: `${target === undefined ? "" : `${title} · `}${moved === undefined ? "" : "was "}${costText(row)}`,
      kind: "node",
      span: now,
      nameSpan: now,
      children: [],
    });
  }
  return items.sort((a, b) => a.span.start - b.span.start);
}

function costText({ model: { analysis }, nodeIds }: SourceRow): string {
  const cost = summedCost(analysis, analysis.targets[0], nodeIds);
  if (cost.kind === "none") return cost.word;
  if (cost.kind === "unknown") return "?";
  const share = cost.share === undefined ? "" : ` · ${formatShare(cost.share)}`;
  return `${secondsText(cost.seconds)}${share}`;
}
