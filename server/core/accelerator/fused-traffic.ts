import type { Accelerator, AcceleratorPrecision, ArrayEngine, Operand } from "./accelerator.js";
import type { AttentionExtents } from "./attention-cycles.js";
import { levelsOf } from "./levels.js";

export interface FusedTraffic {
  readonly readBytes: number;
  readonly writeBytes: number;
}

export interface FusedExtents extends AttentionExtents {
  /** Keys that one query sees at most. */
  readonly longest: number;
  readonly headSize: number;
}

/**
 * What a fused attention moves: queries and results once, keys and values once for each tile of queries that the buffers
 * hold beside a block of keys and values (Nayak et al., FuseMax, MICRO 2024, section VI; Dao et al., FlashAttention, NeurIPS 2022,
 * theorem 2), or once where they fit whole. Undefined where not even one query fits, and without buffers.
 */
export function fusedTraffic(
  accelerator: Accelerator,
  engine: ArrayEngine,
  precision: AcceleratorPrecision,
  { groups, queries, keys, longest, headSize, valueSize }: FusedExtents,
): FusedTraffic | undefined {
  const outermost = levelsOf(accelerator).at(-1);
  if (outermost === undefined) return undefined;
  const bytes = (words: number, bits: number): number => (words * bits) / 8;
  const { activationBits, weightBits, accumulatorBits } = precision;
  const block = Math.min(keys, engine.rows);
  // Scores of a block, or of all keys where passes need them again, in the outermost buffer; none where they stay in the elements.
  const scoreCount =
    engine.softmaxOn === "array" ? 0 : engine.attentionPasses === 1 ? 2 * block : longest;
  const scores = bytes(scoreCount, accumulatorBits);
  /** Of one query, and of keys and values. */
  const perQuery: Readonly<Record<Operand, number>> = {
    weights: 0,
    inputs: bytes(headSize, activationBits),
    // The running maximum and sum beside the results.
    outputs: bytes(valueSize + 2, accumulatorBits),
  };
  const ofKeys = (count: number): number => bytes(count * (headSize + valueSize), weightBits);
  const queriesBeside = (keyBytes: number): number => {
    let least = Infinity;
    for (const [index, { size, holds, isDoubleBuffered }] of outermost.buffers.entries()) {
      const copies = isDoubleBuffered ? 2 : 1;
      const fixed = holds.includes("weights") ? keyBytes * copies : 0;
      const own =
        holds.reduce((sum, operand) => sum + perQuery[operand], 0) * copies +
        (index === outermost.buffers.length - 1 ? scores : 0);
      least = Math.min(least, own === 0 ? (fixed <= size ? Infinity : 0) : (size - fixed) / own);
    }
    return Math.floor(least);
  };
  const beside = queriesBeside(ofKeys(block));
  if (beside < 1) return undefined;
  const loads = queriesBeside(ofKeys(keys)) >= 1 ? 1 : Math.ceil(queries / beside);
  return {
    readBytes: groups * (bytes(queries * headSize, activationBits) + ofKeys(keys) * loads),
    writeBytes: groups * bytes(queries * valueSize, activationBits),
  };
}
