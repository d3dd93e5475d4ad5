import type { Analysis } from "../analysis.js";
import { shapeText, typeText } from "../graph/value-type.js";
import { criticalPath } from "./graph/critical-path.js";
import {
  foldingState,
  pathTo,
  type FoldingState,
  type GraphFolding,
} from "./graph/folding-state.js";
import { boxSums, type BoxSums } from "./graph/box-sums.js";
import { graphMeasures, measureIdOf, measureNodes, type GraphMeasure } from "./graph/measures.js";
import { buildScene, type GraphFocus, type Scene, type SceneBox } from "./graph/scene.js";
import { scopeTree, type ScopeTree } from "./graph/scope-tree.js";
import { cutLine, inside, heatCells, type GraphCells } from "./graph/window.js";
import { targetById } from "./layer-cost.js";

/**
 * The part of the graph's drawing that is on screen. The whole drawing is laid out here, beside the analysis, and kept:
 * a page that pans asks again and again, and gets boxes and lines for its window alone, or a heat map where boxes would
 * be too small and too many to see.
 */
export function view(analysis: Analysis, params: GraphParams): GraphView {
  const target = targetById(analysis, params.target);
  const tree = scopeTree(analysis);
  const measureId = measureIdOf(params.measure);
  const measured = measureNodes(analysis, target, measureId);
  const reveal = params.reveal === null ? null : revealed(tree, params);
  const folding = foldingState(tree, reveal ?? params);
  const scene = sceneOf(
    analysis,
    tree,
    folding,
    params,
    params.isSized ? measured : null,
    measureId,
  );
  const area = params.window ?? {
    x: 0,
    y: 0,
    width: Math.max(scene.width, 1),
    height: firstHeight,
  };
  const sums = boxSums(scene, measured);
  const path = criticalPath(analysis, target);
  const indices = inside(scene, area);
  const isCrowded = indices.length > boxLimit;
  const large = isCrowded
    ? indices.filter((index) => isLarge(scene.boxes[index], params.scale)).slice(0, boxLimit)
    : indices;
  const boxes = large.map((index) =>
    boxRow(analysis, scene.boxes[index], sums, path.isOn, tree, folding),
  );
  const shown = new Set(boxes.map(({ id }) => id));
  const edges = isCrowded ? [] : edgesIn(analysis, scene, area, path.next, shown);
  return {
    width: scene.width,
    height: scene.height,
    boxCount: scene.boxes.length,
    nodeCount: analysis.model.graph.nodes.length,
    hiddenCount: tree.hiddenCount,
    window: area,
    boxes,
    edges,
    cells: isCrowded ? heatCells(scene, indices, area, params.scale, sums) : null,
    overview:
      params.hasOverview === true
        ? heatCells(
            scene,
            undefined,
            { x: 0, y: 0, width: scene.width, height: scene.height },
            overviewScale(scene),
            sums,
          )
        : null,
    measure: { id: measureId, ...measureFacts(graphMeasures[measureId]) },
    measures: Object.entries(graphMeasures).map(([id, measure]) => ({
      id,
      label: measure.label,
    })),
    largest: sums.largest,
    total: measured.total,
    targetId: target?.target.id ?? null,
    criticalSeconds: target === undefined ? null : path.seconds,
    toggled: reveal?.toggled ?? params.toggled,
    unrolled: reveal?.unrolled ?? params.unrolled,
    revealed: params.reveal === null ? null : placeOf(scene, params.reveal),
  };
}

export interface GraphParams extends GraphFolding {
  readonly target: string | null;
  readonly measure: string;
  /** Boxes grow with the measure. */
  readonly isSized: boolean;
  readonly focus: GraphFocus | null;
  /** What is on screen, in the drawing's units; null for the beginning of it. */
  readonly window: GraphWindow | null;
  /** Pixels per unit: what is smaller than a pixel or two is put together. */
  readonly scale: number;
  /** Opens what hides this node, and says where it is. */
  readonly reveal: number | null;
  /** Also the whole drawing in small. */
  readonly hasOverview?: boolean;
}

export interface GraphWindow {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface GraphView {
  readonly width: number;
  readonly height: number;
  /** In the whole drawing. */
  readonly boxCount: number;
  readonly nodeCount: number;
  /** Nodes that are folded into constants as the model is loaded, and not drawn. */
  readonly hiddenCount: number;
  readonly window: GraphWindow;
  readonly boxes: readonly GraphBox[];
  readonly edges: readonly GraphEdge[];
  /** In place of boxes that would be too small. */
  readonly cells: GraphCells | null;
  readonly overview: GraphCells | null;
  readonly measure: {
    readonly id: string;
    readonly label: string;
    readonly unit: GraphMeasure["unit"];
  };
  readonly measures: readonly { readonly id: string; readonly label: string }[];
  /** Of any box that is drawn closed: what colours go up to. */
  readonly largest: number;
  readonly total: number;
  readonly targetId: string | null;
  readonly criticalSeconds: number | null;
  readonly toggled: readonly string[];
  readonly unrolled: readonly string[];
  readonly revealed: GraphWindow | null;
}

export interface GraphBox extends Omit<SceneBox, "nodeIds"> {
  /** The first of its nodes; null for inputs and outputs. */
  readonly nodeId: number | null;
  readonly nodeCount: number;
  readonly value: number | null;
  /** Of the model's total. */
  readonly share: number | null;
  /** Nodes inside whose value is not known. */
  readonly unknownCount: number;
  readonly isCritical: boolean;
  /** What a node makes. */
  readonly shape: string;
  /** Set for a scope that is one of several equal ones now shown one by one. */
  readonly repeatId: string | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly number[];
  readonly shape: string;
  readonly isCritical: boolean;
  /** Only its ends are drawn. */
  readonly isCut: boolean;
}

/** More boxes than this in one window are smaller than anyone can read. */
const boxLimit = 1800;
const edgeLimit = 4000;
const firstHeight = 2400;
const keptScenes = 6;

function measureFacts({ label, unit }: GraphMeasure): Pick<GraphMeasure, "label" | "unit"> {
  return { label, unit };
}

function isLarge(box: SceneBox | undefined, scale: number): boolean {
  return box !== undefined && box.isOpen && box.width * scale > 60 && box.height * scale > 40;
}

function overviewScale({ width, height }: Scene): number {
  return 120 / Math.max(width, height, 1);
}

const scenes = new WeakMap<Analysis, Map<string, Scene>>();

function sceneOf(
  analysis: Analysis,
  tree: ScopeTree,
  folding: FoldingState,
  { focus, target, isSized }: GraphParams,
  sizes: Parameters<typeof buildScene>[0]["sizes"],
  measureId: string,
): Scene {
  let known = scenes.get(analysis);
  if (known === undefined) scenes.set(analysis, (known = new Map<string, Scene>()));
  const key = JSON.stringify([folding.key, focus, isSized ? [measureId, target] : null]);
  let scene = known.get(key);
  if (scene === undefined) {
    scene = buildScene({ analysis, tree, folding, focus, sizes });
    const [oldest] = known.keys();
    if (known.size >= keptScenes && oldest !== undefined) known.delete(oldest);
  } else known.delete(key);
  known.set(key, scene);
  return scene;
}

/** The folding that shows a node by itself. */
function revealed(tree: ScopeTree, params: GraphParams): GraphFolding {
  const { open, unrolled } = pathTo(tree, params.reveal ?? 0);
  const allUnrolled = [...new Set([...params.unrolled, ...unrolled])];
  const now = foldingState(tree, { ...params, unrolled: allUnrolled });
  const toggled = new Set(params.toggled);
  for (const id of open)
    if (!now.isOpen(id)) {
      if (toggled.has(id)) toggled.delete(id);
      else toggled.add(id);
    }
  return { fold: params.fold, toggled: [...toggled], unrolled: allUnrolled };
}

function placeOf(scene: Scene, nodeId: number): GraphWindow | null {
  const box = scene.boxes[scene.indexOf.get(`n${nodeId}`) ?? -1];
  return box === undefined ? null : { x: box.x, y: box.y, width: box.width, height: box.height };
}

function boxRow(
  analysis: Analysis,
  box: SceneBox | undefined,
  sums: BoxSums,
  isOnPath: Uint8Array,
  tree: ScopeTree,
  folding: FoldingState,
): GraphBox {
  if (box === undefined) throw new Error("a box is drawn that the scene does not have");
  const { nodeIds, ...rest } = box;
  const sum = sums.valueOf(box);
  const value = Number.isNaN(sum) ? null : sum;
  const isTerminal = nodeIds.length === 0;
  return {
    ...rest,
    nodeId: nodeIds[0] ?? null,
    nodeCount: nodeIds.length,
    value: isTerminal ? null : value,
    share: isTerminal || value === null || sums.total === 0 ? null : value / sums.total,
    unknownCount: sums.unknownCount(box),
    isCritical: nodeIds.some((nodeId) => isOnPath[nodeId] === 1),
    shape: box.kind === "group" || box.kind === "repeat" ? "" : shapeOf(analysis, box),
    repeatId: box.kind === "group" ? repeatOf(tree, folding, box.id) : null,
  };
}

function shapeOf(analysis: Analysis, { kind, id, nodeIds }: SceneBox): string {
  const value =
    kind === "node"
      ? analysis.model.graph.nodes[nodeIds[0] ?? -1]?.outputs.find((output) => output >= 0)
      : Number(id.slice(1));
  return value === undefined ? "" : valueText(analysis, value);
}

function valueText(analysis: Analysis, valueId: number): string {
  const type = analysis.inferred.types[valueId];
  return type?.kind === "tensor" ? shapeText(type.shape) : typeText(type);
}

function repeatOf(tree: ScopeTree, folding: FoldingState, id: string): string | null {
  const scope = tree.byId.get(id);
  if (scope === undefined || !("items" in scope)) return null;
  for (const item of scope.parent?.items ?? [])
    if (item.kind === "repeat" && folding.isUnrolled(item.id) && item.scopes.includes(scope))
      return item.id;
  return null;
}

function edgesIn(
  analysis: Analysis,
  scene: Scene,
  area: GraphWindow,
  next: Int32Array,
  shown: ReadonlySet<string>,
): readonly GraphEdge[] {
  const found: GraphEdge[] = [];
  for (const { from, to, points, pairs, valueId } of scene.edges) {
    if (found.length >= edgeLimit) break;
    const drawn = points === undefined ? stubs(scene, from, to, shown) : cutLine(points, area);
    if (drawn === undefined) continue;
    let isCritical = false;
    for (let at = 0; at < pairs.length && !isCritical; at += 2)
      isCritical = (pairs[at] ?? -1) >= 0 && next[pairs[at] ?? 0] === pairs[at + 1];
    found.push({
      from,
      to,
      points: drawn,
      shape: valueId < 0 ? "" : valueText(analysis, valueId),
      isCritical,
      isCut: points === undefined,
    });
  }
  return found;
}

/** A cut line: its two ends, of which the page draws a little each. */
function stubs(
  scene: Scene,
  from: string,
  to: string,
  shown: ReadonlySet<string>,
): readonly number[] | undefined {
  if (!shown.has(from) && !shown.has(to)) return undefined;
  const source = scene.boxes[scene.indexOf.get(from) ?? -1];
  const target = scene.boxes[scene.indexOf.get(to) ?? -1];
  if (source === undefined || target === undefined) return undefined;
  return [
    source.x + source.width * 0.75,
    source.y + source.height,
    target.x + target.width * 0.25,
    target.y,
  ];
}
