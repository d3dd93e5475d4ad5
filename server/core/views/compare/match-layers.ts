import type { Analysis } from "../../analysis.js";
import { outputText } from "../layer-order.js";

/** Pairs of node ids; -1 where a layer has no counterpart. */
export type Pair = readonly [left: number, right: number];

/**
 * Which layer of one model is which of another: by name first, where it is the only one of that name and does the same
 * operator; what lies between two such pairs is matched in order by operator and output shape, then by operator alone.
 */
export function matchLayers(left: Analysis, right: Analysis): readonly Pair[] {
  const [leftNames, rightNames] = [left, right].map(namesOf);
  const rightNodes = right.model.graph.nodes;
  const leftNodes = left.model.graph.nodes;
  const partner = new Int32Array(leftNodes.length).fill(-1);
  const isTaken = new Uint8Array(rightNodes.length);
  for (const [name, leftId] of leftNames ?? []) {
    const rightId = rightNames?.get(name) ?? -1;
    if (leftId < 0 || rightId < 0 || leftNodes[leftId]?.op !== rightNodes[rightId]?.op) continue;
    partner[leftId] = rightId;
    isTaken[rightId] = 1;
  }
  for (const keyOf of [shapeKey, operatorKeyOf]) matchBetween(left, right, partner, isTaken, keyOf);
  const pairs: Pair[] = [];
  let next = 0;
  for (let leftId = 0; leftId < leftNodes.length; leftId++) {
    const rightId = partner[leftId] ?? -1;
    // Added layers stand where they are executed.
    if (rightId >= 0)
      for (; next < rightId; next++) if (isTaken[next] === 0) pairs.push([-1, next]);
    pairs.push([leftId, rightId]);
    if (rightId >= 0) next = Math.max(next, rightId + 1);
  }
  for (; next < rightNodes.length; next++) if (isTaken[next] === 0) pairs.push([-1, next]);
  return pairs;
}

/** Names that only one node has; -1 marks the others. */
function namesOf({ model }: Analysis): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const [nodeId, { name }] of model.graph.nodes.entries())
    if (name !== "") names.set(name, names.has(name) ? -1 : nodeId);
  return names;
}

type KeyOf = (analysis: Analysis, nodeId: number) => string;

const operatorKeyOf: KeyOf = ({ model }, nodeId) => {
  const node = model.graph.nodes[nodeId];
  return `${node?.domain ?? ""}:${node?.op ?? ""}`;
};

const shapeKey: KeyOf = (analysis, nodeId) =>
  `${operatorKeyOf(analysis, nodeId)} ${outputText(analysis, nodeId)}`;

/** Between one matched pair and the next, equal keys are paired in order. */
function matchBetween(
  left: Analysis,
  right: Analysis,
  partner: Int32Array,
  isTaken: Uint8Array,
  keyOf: KeyOf,
): void {
  let start = 0;
  let rightStart = 0;
  for (let leftId = 0; leftId <= partner.length; leftId++) {
    const isEnd = leftId === partner.length;
    const rightId = isEnd ? isTaken.length : (partner[leftId] ?? -1);
    if (!isEnd && rightId < rightStart) continue;
    const waiting = new Map<string, number[]>();
    for (let other = rightStart; other < rightId; other++) {
      if (isTaken[other] === 1) continue;
      const key = keyOf(right, other);
      waiting.set(key, [...(waiting.get(key) ?? []), other]);
    }
    if (waiting.size > 0)
      for (let own = start; own < leftId; own++) {
        if ((partner[own] ?? -1) >= 0) continue;
        const found = waiting.get(keyOf(left, own))?.shift();
        if (found === undefined) continue;
        partner[own] = found;
        isTaken[found] = 1;
      }
    start = leftId + 1;
    rightStart = rightId + 1;
  }
}
