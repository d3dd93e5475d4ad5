import type { Analysis } from "../../analysis.js";
import type { FoldingState } from "./folding-state.js";
import type { MeasuredNodes } from "./measures.js";
import { layOutGroup } from "./scene-group.js";
import { neighbourhood } from "./neighbourhood.js";
import type { ScopeTree } from "./scope-tree.js";

/** A drawing of the graph: every visible box and line with its place, in the drawing's own units (pixels at 100 %). */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** Outer boxes before those inside. */
  readonly boxes: readonly SceneBox[];
  readonly edges: readonly SceneEdge[];
  readonly indexOf: ReadonlyMap<string, number>;
}

export interface SceneBox {
  /** `n12` for a node, a scope's or repeat's id, `i3` and `o3` for inputs and outputs by value. */
  readonly id: string;
  readonly kind: "node" | "group" | "repeat" | "input" | "output";
  /** All nodes that it stands for; of every block where it is a repeat. */
  readonly nodeIds: readonly number[];
  readonly label: string;
  /** Operator, or what is inside. */
  readonly detail: string;
  readonly repeatCount: number;
  readonly isOpen: boolean;
  readonly depth: number;
  /** Top left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface SceneEdge {
  /** Ids of boxes; "" where a line ends at the border of the scope that is drawn. */
  readonly from: string;
  readonly to: string;
  /** x, y, x, y, …; none when it is cut because it is too long. */
  readonly points: readonly number[] | undefined;
  /** Producer and reader of each edge of the model that it stands for. */
  readonly pairs: readonly number[];
  /** The first value that it carries. */
  readonly valueId: number;
}

/** One node and what is at most so many edges away from it. */
export interface GraphFocus {
  readonly nodeId: number;
  readonly radius: number;
}

export interface SceneRequest {
  readonly analysis: Analysis;
  readonly tree: ScopeTree;
  readonly folding: FoldingState;
  readonly focus: GraphFocus | null;
  /** Makes boxes larger the more they have of it; null draws all alike. */
  readonly sizes: MeasuredNodes | null;
}

export function buildScene(request: SceneRequest): Scene {
  const { tree, focus } = request;
  const items =
    focus === null
      ? undefined
      : neighbourhood(tree.flow, focus).map((nodeId) => ({ kind: "node" as const, nodeId }));
  const made = layOutGroup(request, tree.root, items);
  return {
    width: made.width,
    height: made.height,
    boxes: made.boxes,
    edges: made.edges,
    indexOf: new Map(made.boxes.map((box, index) => [box.id, index])),
  };
}
