import { layeredLayout } from "../../layout/layered.js";
import { collectEdges, type GroupEdges } from "./group-edges.js";
import { shownItems } from "./folding-state.js";
import type { SceneBox, SceneEdge, SceneRequest } from "./scene.js";
import { nodeLabel } from "../layer-cost.js";
import type { Scope, ScopeItem } from "./scope-tree.js";

/** One scope laid out by itself, with its top left corner at 0, 0. */
export interface GroupLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly SceneBox[];
  readonly edges: readonly SceneEdge[];
  /** Where lines cross the border, by the node (or, negative, the input) that makes what they carry. */
  readonly entries: ReadonlyMap<number, number>;
  readonly exits: ReadonlyMap<number, number>;
}

/** An item as it is drawn, before it has a place. */
interface Part {
  readonly box: Omit<SceneBox, "x" | "y" | "width" | "height">;
  readonly width: number;
  readonly height: number;
  readonly inner: GroupLayout | undefined;
}

const padding = 14;
const headerHeight = 26;
const gaps = { column: 26, layer: 34, lane: 12 } as const;

export function layOutGroup(
  request: SceneRequest,
  scope: Scope,
  items: readonly ScopeItem[] = shownItems(scope, request.folding),
  depth = 0,
): GroupLayout {
  const isRoot = depth === 0;
  const parts = items.map((item) => partOf(request, item, depth));
  const edges = collectEdges(
    request,
    parts.map(({ box, inner }) => ({ nodeIds: box.nodeIds, isOpen: inner !== undefined })),
    isRoot && request.focus === null,
  );
  for (const { valueId, kind } of edges.terminals)
    parts.push(terminal(request, valueId, kind, depth));
  const portCount = edges.entryKeys.length + edges.exitKeys.length;
  const order = inDrawingOrder(parts, edges, portCount);
  const layout = layeredLayout({
    widths: order.list.map((index) => parts[index]?.width ?? 10),
    heights: order.list.map((index) => parts[index]?.height ?? 0),
    sources: edges.sources.map((index) => order.placeOf[index] ?? 0),
    targets: edges.targets.map((index) => order.placeOf[index] ?? 0),
    pinnedTop: order.top,
    pinnedBottom: order.bottom,
    gaps,
  });
  const boxes: SceneBox[] = [];
  const lines: SceneEdge[] = [];
  const lefts: number[] = [];
  for (const [index, { box, width, height, inner }] of parts.entries()) {
    const place = order.placeOf[index] ?? 0;
    const x = (layout.xs[place] ?? 0) - width / 2;
    const y = (layout.ys[place] ?? 0) - height / 2;
    lefts.push(x);
    boxes.push({ ...box, x, y, width, height });
    if (inner === undefined) continue;
    for (const child of inner.boxes)
      boxes.push({ ...child, x: child.x + x + padding, y: child.y + y + headerHeight });
    for (const line of inner.edges)
      lines.push({
        ...line,
        points: movedLine(line, x + padding, y + headerHeight, y, y + height),
      });
  }
  const portX = (key: number, side: "entries" | "exits", index: number): number | undefined => {
    const inner = parts[index]?.inner;
    if (inner === undefined) return undefined;
    const [first] = inner[side].values();
    const x = inner[side].get(key) ?? first;
    return x === undefined ? undefined : (lefts[index] ?? 0) + padding + x;
  };
  for (let edge = 0; edge < edges.sources.length; edge++) {
    const source = edges.sources[edge] ?? 0;
    const target = edges.targets[edge] ?? 0;
    const route = layout.routes[edge];
    const key = edges.producers[edge] ?? 0;
    const points = route === undefined ? undefined : [...route];
    if (points !== undefined) {
      const start = portX(key, "exits", source);
      const end = portX(key, "entries", target);
      if (start !== undefined) points[0] = start;
      if (end !== undefined) points[points.length - 2] = end;
    }
    lines.push({
      from: parts[source]?.box.id ?? "",
      to: parts[target]?.box.id ?? "",
      points,
      pairs: edges.pairs[edge] ?? [],
      valueId: edges.valueIds[edge] ?? -1,
    });
  }
  const portsAt = (keys: readonly number[], first: number): ReadonlyMap<number, number> =>
    new Map(keys.map((key, at) => [key, layout.xs[order.placeOf[first + at] ?? 0] ?? 0]));
  return {
    width: layout.width,
    height: layout.height,
    boxes,
    edges: lines,
    entries: portsAt(edges.entryKeys, parts.length),
    exits: portsAt(edges.exitKeys, parts.length + edges.entryKeys.length),
  };
}

/** Lines that come in or leave reach the border of the box that they are drawn in. */
function movedLine(
  { points, from, to }: SceneEdge,
  x: number,
  y: number,
  top: number,
  bottom: number,
): readonly number[] | undefined {
  if (points === undefined) return undefined;
  const moved = points.map((value, at) => value + (at % 2 === 0 ? x : y));
  if (from === "") moved.unshift(moved[0] ?? 0, top);
  if (to === "") moved.push(moved.at(-2) ?? 0, bottom);
  return moved;
}

/** Entries and inputs first, exits and outputs last, all else in execution order: what the layout takes for downwards. */
function inDrawingOrder(
  parts: readonly Part[],
  edges: GroupEdges,
  portCount: number,
): {
  readonly list: readonly number[];
  readonly placeOf: readonly number[];
  readonly top: ReadonlySet<number>;
  readonly bottom: ReadonlySet<number>;
} {
  const first: number[] = [];
  const middle: number[] = [];
  const last: number[] = [];
  for (let index = 0; index < parts.length; index++) {
    const kind = parts[index]?.box.kind;
    (kind === "input" ? first : kind === "output" ? last : middle).push(index);
  }
  const entryCount = edges.entryKeys.length;
  const entries = Array.from({ length: entryCount }, (_, at) => parts.length + at);
  const exits = Array.from(
    { length: portCount - entryCount },
    (_, at) => parts.length + entryCount + at,
  );
  const list = [...entries, ...first, ...middle, ...last, ...exits];
  const placeOf: number[] = [];
  for (const [place, index] of list.entries()) placeOf[index] = place;
  const places = (indices: readonly number[]): ReadonlySet<number> =>
    new Set(indices.map((index) => placeOf[index] ?? 0));
  return { list, placeOf, top: places(entries), bottom: places([...exits, ...last]) };
}

function partOf(request: SceneRequest, item: ScopeItem, depth: number): Part {
  const { analysis, folding } = request;
  if (item.kind === "node") {
    const node = analysis.model.graph.nodes[item.nodeId];
    const label = lastPart(nodeLabel(analysis, item.nodeId));
    const detail = node?.op ?? "?";
    return closed(request, {
      id: `n${item.nodeId}`,
      kind: "node",
      nodeIds: [item.nodeId],
      label,
      detail,
      repeatCount: 1,
      isOpen: false,
      depth,
    });
  }
  const isRepeat = item.kind === "repeat";
  const scope = isRepeat ? item.scopes[0] : item.scope;
  const id = isRepeat ? item.id : item.scope.id;
  const nodeIds = isRepeat ? item.scopes.flatMap((block) => block.nodeIds) : item.scope.nodeIds;
  const names = isRepeat
    ? `${item.scopes[0]?.name ?? ""} … ${item.scopes.at(-1)?.name ?? ""}`
    : item.scope.name;
  const box = {
    id,
    kind: isRepeat ? ("repeat" as const) : ("group" as const),
    nodeIds,
    label: names,
    detail: `${(scope?.nodeIds.length ?? 0).toLocaleString("en-US")} nodes`,
    repeatCount: isRepeat ? item.scopes.length : 1,
    isOpen: folding.isOpen(id),
    depth,
  };
  if (!box.isOpen || scope === undefined) return closed(request, { ...box, isOpen: false });
  const inner = layOutGroup(request, scope, undefined, depth + 1);
  const titleWidth = textWidth(`${names} ×${box.repeatCount}`) + 90;
  return {
    box,
    width: Math.max(inner.width + 2 * padding, titleWidth),
    height: inner.height + headerHeight + padding,
    inner,
  };
}

function terminal(
  { analysis }: SceneRequest,
  valueId: number,
  kind: "input" | "output",
  depth: number,
): Part {
  const label = analysis.model.graph.values[valueId]?.name ?? "";
  return {
    box: {
      id: `${kind === "input" ? "i" : "o"}${valueId}`,
      kind,
      nodeIds: [],
      label,
      detail: kind,
      repeatCount: 1,
      isOpen: false,
      depth,
    },
    width: Math.max(60, Math.min(180, textWidth(label) + 24)),
    height: 26,
    inner: undefined,
  };
}

function closed({ sizes }: SceneRequest, box: Part["box"]): Part {
  // Beside the operator stands its value.
  const lines = [
    box.repeatCount > 1 ? `${box.label} ×${box.repeatCount}` : box.label,
    `${box.detail} · 00.0 µs`,
  ];
  const width = Math.max(104, Math.min(210, Math.max(...lines.map(textWidth)) + 22));
  if (sizes === null) return { box, width, height: 46, inner: undefined };
  let sum = 0;
  for (const nodeId of box.nodeIds) sum += sizes.values[nodeId] || 0;
  // Areas grow with what they stand for; the largest node is twice as wide and high as the least.
  const scale = 1 + Math.min(1, Math.sqrt(sum / Math.max(sizes.largest, Number.MIN_VALUE)));
  return { box, width: width * scale, height: 46 * scale, inner: undefined };
}

/** Of text in the drawing's font, about; what is longer is cut when it is drawn. */
function textWidth(text: string): number {
  return Math.min(text.length, 40) * 6.6;
}

function lastPart(name: string): string {
  const end = name.endsWith("/") ? name.length - 1 : name.length;
  const start = name.lastIndexOf("/", end - 1);
  return start < 0 ? name : name.slice(start + 1);
}
