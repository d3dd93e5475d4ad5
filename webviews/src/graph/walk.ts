import type { GraphBox, GraphView, GraphWindow } from "../../../server/core/views/graph.js";

export type Direction = "up" | "down" | "left" | "right";

/**
 * The box that an arrow key leads to: up and down along edges, the straightest one first; left and right to what stands
 * beside; without a selection, the first box on screen. The id may be of a box outside the window.
 */
export function neighbourOf(
  view: GraphView,
  selected: string | null,
  direction: Direction,
  visible: GraphWindow,
): string | undefined {
  const from = view.boxes.find(({ id }) => id === selected);
  if (from === undefined) return firstIn(view, visible)?.id;
  if (direction === "up" || direction === "down") return alongEdge(view, from, direction);
  const sign = direction === "left" ? -1 : 1;
  const beside = view.boxes.filter(
    (box) =>
      !box.isOpen &&
      box.id !== from.id &&
      Math.sign(middleX(box) - middleX(from)) === sign &&
      box.y < from.y + from.height &&
      from.y < box.y + box.height,
  );
  return nearest(beside, (box) => Math.abs(middleX(box) - middleX(from)))?.id;
}

function alongEdge(view: GraphView, from: GraphBox, direction: "up" | "down"): string | undefined {
  const ends = view.edges
    .filter((edge) => (direction === "down" ? edge.from : edge.to) === from.id)
    .map((edge) => (direction === "down" ? edge.to : edge.from))
    .filter((id) => id !== "");
  const boxes = ends.flatMap((id) => view.boxes.find((box) => box.id === id) ?? []);
  const straight = nearest(boxes, (box) => Math.abs(middleX(box) - middleX(from)));
  if (straight !== undefined) return straight.id;
  if (ends[0] !== undefined) return ends[0];
  // At the border of a scope the edge goes on outside: the next box in that direction.
  const beyond = view.boxes.filter(
    (box) =>
      !box.isOpen &&
      (direction === "down" ? box.y > from.y + from.height - 1 : box.y + box.height < from.y + 1),
  );
  return nearest(
    beyond,
    (box) => Math.abs(box.y - from.y) * 3 + Math.abs(middleX(box) - middleX(from)),
  )?.id;
}

function firstIn(view: GraphView, visible: GraphWindow): GraphBox | undefined {
  const inside = view.boxes.filter(
    (box) =>
      !box.isOpen &&
      visible.y <= box.y &&
      box.y < visible.y + visible.height &&
      box.x < visible.x + visible.width &&
      visible.x < box.x + box.width,
  );
  return nearest(inside.length > 0 ? inside : view.boxes, (box) => box.y);
}

function nearest(
  boxes: readonly GraphBox[],
  distance: (box: GraphBox) => number,
): GraphBox | undefined {
  let best: GraphBox | undefined;
  for (const box of boxes) if (best === undefined || distance(box) < distance(best)) best = box;
  return best;
}

function middleX({ x, width }: GraphBox): number {
  return x + width / 2;
}
