import type { FormatAnswer, Problem } from "../base/problem.js";
import type { QuantizationFacts } from "./facts.js";
import { formatAnswer } from "./format-answer.js";
import type { Scheme } from "./formats/scheme.js";
import type { LayerQuantization } from "./result.js";

/** Largest magnitude of an 8-bit activation after its zero point is taken away. */
const activationTop = 255;

/** RP2305: sums of products of 8-bit numbers that an accumulator cannot hold, 127 · 255 for each element of the reduction. */
export function overflows(facts: QuantizationFacts): readonly Problem[] {
  const { result, support } = facts;
  if (support === undefined) return [];
  const most = 2 ** (support.accumulatorBits - 1);
  return result.layers.flatMap((layer): Problem[] => {
    const depth = depthOf(layer);
    if (depth * 127 * activationTop < most) return [];
    const answer = answerOf(facts, layer, most);
    return [
      {
        code: "RP2305",
        severity: "warning",
        nodeId: layer.nodeId,
        ...(answer !== undefined && { answer }),
        message: `A reduction over ${depth} elements can overflow a ${support.accumulatorBits}-bit accumulator in 8 bits; split it or use fewer bits.`,
      },
    ];
  });
}

function depthOf({ elementCount, rowCount }: LayerQuantization): number {
  return elementCount / Math.max(1, rowCount);
}

/** Of the schemes that the target takes and whose sums fit, the one whose weights err least; else no scheme. */
function answerOf(
  facts: QuantizationFacts,
  layer: LayerQuantization,
  most: number,
): FormatAnswer | undefined {
  const depth = depthOf(layer);
  const fitting = facts.result.schemes
    .map((scheme, index) => ({ scheme, db: layer.schemes[index]?.sqnrDb ?? -Infinity }))
    .filter(({ scheme }) => largestSum(facts, scheme, depth) < most)
    .sort((left, right) => right.db - left.db);
  for (const { scheme } of fitting) {
    const answer = formatAnswer(facts, [layer.nodeId], "int8", scheme.id);
    if (answer !== undefined) return answer;
  }
  return formatAnswer(facts, [layer.nodeId], "int8", "");
}

/** Zero where the products are no integers: those sums are floats. A group's sum is scaled before the next one begins. */
function largestSum(facts: QuantizationFacts, { id, format }: Scheme, depth: number): number {
  const { grid, granularity } = format;
  const isComputed = facts.choices?.executability.get(id)?.kind !== "stored";
  if (grid.kind !== "integer" || !isComputed) return 0;
  const length = granularity.kind === "group" ? Math.min(granularity.size, depth) : depth;
  return length * Math.max(-grid.low, grid.high) * activationTop;
}
