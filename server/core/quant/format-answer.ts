import type { FormatAnswer, Problem } from "../base/problem.js";
import { formatBytes, formatChange, formatNumber, formatSeconds } from "../base/units.js";
import type { NodeId } from "../graph/graph.js";
import { choicesOfNode, layerOfNode, type QuantizationFacts } from "./facts.js";
import type { Choice } from "./plan/choices.js";

/**
 * That some layers take `format` instead of `before`, with what it changes: decibels of their weights, seconds and bytes on
 * the first target. Undefined where the target does not take the format.
 */
export function formatAnswer(
  facts: QuantizationFacts,
  nodeIds: readonly NodeId[],
  before: string,
  format: string,
): FormatAnswer | undefined {
  if (nodeIds.length === 0) return undefined;
  const isTaken = nodeIds.every((nodeId) => takes(facts, nodeId, format));
  if (!isTaken) return undefined;
  const seconds = differenceOf(facts, nodeIds, before, format, (choice) => choice.seconds);
  const bytes = differenceOf(facts, nodeIds, before, format, (choice) => choice.bytes);
  const gained = Math.min(
    ...nodeIds.map((nodeId) => dbOf(facts, nodeId, format) - dbOf(facts, nodeId, before)),
  );
  const parts = [
    ...(Number.isFinite(gained) && Math.abs(gained) >= leastDb
      ? [formatChange(gained, (db) => `${formatNumber(db, 2)} dB`)]
      : []),
    ...(seconds === 0 ? [] : [formatChange(seconds, (size) => formatSeconds(size, 2))]),
    ...(bytes === 0 ? [] : [formatChange(bytes, (size) => formatBytes(size, 2))]),
  ];
  return { nodeIds, before, format, change: parts.join(", ") };
}

/** What is left to say once formats are fixed: where somebody has chosen another format than the problem's, it is settled. */
export function unsettled(
  problems: readonly Problem[],
  pins: ReadonlyMap<NodeId, string>,
): readonly Problem[] {
  return problems.filter(
    ({ answer }) =>
      answer === undefined ||
      answer.nodeIds.some((nodeId) => (pins.get(nodeId) ?? answer.before) === answer.before),
  );
}

/** Decibels that are worth a word. */
const leastDb = 0.5;

/** Without a target nothing speaks against a format. */
function takes(facts: QuantizationFacts, nodeId: NodeId, format: string): boolean {
  return facts.choices === undefined || choiceOf(facts, nodeId, format) !== undefined;
}

function choiceOf(facts: QuantizationFacts, nodeId: NodeId, format: string): Choice | undefined {
  return choicesOfNode(facts, nodeId)?.choices.find(({ schemeId }) => schemeId === format);
}

/** Zero where one of them is not known. */
function differenceOf(
  facts: QuantizationFacts,
  nodeIds: readonly NodeId[],
  before: string,
  format: string,
  measure: (choice: Choice) => number,
): number {
  let sum = 0;
  for (const nodeId of nodeIds) {
    const now = choiceOf(facts, nodeId, before);
    const then = choiceOf(facts, nodeId, format);
    if (now === undefined || then === undefined) return 0;
    sum += measure(then) - measure(now);
  }
  return sum;
}

/** Of the layer's weights; NaN where it is not known, and for the target's own precision. */
function dbOf({ result, ...facts }: QuantizationFacts, nodeId: NodeId, format: string): number {
  const index = result.schemes.findIndex(({ id }) => id === format);
  return layerOfNode({ result, ...facts }, nodeId)?.schemes[index]?.sqnrDb ?? NaN;
}
