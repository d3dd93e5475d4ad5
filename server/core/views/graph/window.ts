import type { BoxSums } from "./box-sums.js";
import type { Scene } from "./scene.js";

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A heat map: what boxes would show, put together in cells of a few pixels. */
export interface GraphCells {
  /** Side of a cell, in the drawing's units. */
  readonly size: number;
  /** Column and row from the area's corner, and the largest value in the cell (−1: not known), cell after cell. */
  readonly cells: readonly number[];
  readonly x: number;
  readonly y: number;
}

/** Indices of the boxes that a window touches, outer ones first. */
export function inside({ boxes }: Scene, area: Area): number[] {
  const found: number[] = [];
  for (let index = 0; index < boxes.length; index++) {
    const box = boxes[index];
    if (
      box !== undefined &&
      box.x < area.x + area.width &&
      area.x < box.x + box.width &&
      box.y < area.y + area.height &&
      area.y < box.y + box.height
    )
      found.push(index);
  }
  return found;
}

export function heatCells(
  scene: Scene,
  /** All boxes when left out. */
  indices: readonly number[] | undefined,
  area: Area,
  scale: number,
  sums: BoxSums,
): GraphCells {
  const size = cellPixels / Math.max(scale, 1e-9);
  const heats = new Map<number, number>();
  const count = indices?.length ?? scene.boxes.length;
  for (let at = 0; at < count; at++) {
    const box = scene.boxes[indices?.[at] ?? at];
    if (box === undefined || box.isOpen) continue;
    const sum = sums.valueOf(box);
    const value = Number.isNaN(sum) ? -1 : sum;
    const columnEnd = Math.floor(
      (Math.min(box.x + box.width, area.x + area.width) - area.x) / size,
    );
    const rowEnd = Math.floor((Math.min(box.y + box.height, area.y + area.height) - area.y) / size);
    for (let row = Math.max(0, Math.floor((box.y - area.y) / size)); row <= rowEnd; row++)
      for (
        let column = Math.max(0, Math.floor((box.x - area.x) / size));
        column <= columnEnd;
        column++
      ) {
        const cell = row * rowLength + column;
        heats.set(cell, Math.max(heats.get(cell) ?? -1, value));
      }
  }
  const cells: number[] = [];
  for (const [cell, value] of heats)
    cells.push(cell % rowLength, Math.floor(cell / rowLength), value);
  return { size, cells, x: area.x, y: area.y };
}

/** Pixels of a cell's side. */
const cellPixels = 3;
/** More columns than any window has. */
const rowLength = 1 << 16;

/** The parts of a line from the first that is near a window to the last; undefined when none is. */
export function cutLine(points: readonly number[], area: Area): readonly number[] | undefined {
  let first = -1;
  let last = -1;
  for (let at = 0; at + 3 < points.length; at += 2) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = [
      points[at],
      points[at + 1],
      points[at + 2],
      points[at + 3],
    ];
    const isNear =
      Math.min(x1, x2) <= area.x + area.width &&
      area.x <= Math.max(x1, x2) &&
      Math.min(y1, y2) <= area.y + area.height &&
      area.y <= Math.max(y1, y2);
    if (!isNear) continue;
    if (first < 0) first = at;
    last = at + 4;
  }
  if (first < 0) return undefined;
  return first === 0 && last === points.length ? points : points.slice(first, last);
}
