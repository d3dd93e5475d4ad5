import type { MeasuredNodes } from "./measures.js";
import type { Scene, SceneBox } from "./scene.js";

/** A measure summed up over what boxes stand for. */
export interface BoxSums {
  /** NaN when nothing inside is known. */
  readonly valueOf: (box: SceneBox) => number;
  readonly unknownCount: (box: SceneBox) => number;
  readonly total: number;
  /** Of any box that is drawn closed. */
  readonly largest: number;
}

const known = new WeakMap<Scene, WeakMap<MeasuredNodes, BoxSums>>();

export function boxSums(scene: Scene, measured: MeasuredNodes): BoxSums {
  let ofScene = known.get(scene);
  if (ofScene === undefined) known.set(scene, (ofScene = new WeakMap<MeasuredNodes, BoxSums>()));
  let sums = ofScene.get(measured);
  if (sums === undefined) ofScene.set(measured, (sums = sumUp(scene, measured)));
  return sums;
}

function sumUp(scene: Scene, { values, total }: MeasuredNodes): BoxSums {
  const sums = new Float64Array(scene.boxes.length);
  let largest = 0;
  for (const [index, box] of scene.boxes.entries()) {
    sums[index] = sumOf(values, box.nodeIds);
    if (!box.isOpen && (sums[index] ?? 0) > largest) largest = sums[index] ?? 0;
  }
  return {
    valueOf: (box) => sums[scene.indexOf.get(box.id) ?? -1] ?? NaN,
    unknownCount: ({ nodeIds }) => nodeIds.filter((nodeId) => Number.isNaN(values[nodeId])).length,
    total,
    largest,
  };
}

function sumOf(values: Float64Array, nodeIds: readonly number[]): number {
  let sum = 0;
  let isKnown = false;
  for (const nodeId of nodeIds) {
    const own = values[nodeId] ?? NaN;
    if (Number.isNaN(own)) continue;
    isKnown = true;
    sum += own;
  }
  return isKnown ? sum : NaN;
}
