import { productOf } from "../base/product.js";
import type { Dim } from "../graph/dim.js";
import { isKnown, multiplyDims } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { elementwiseWork, output, outputLike, ruleOfTable, unknownWork } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

/** Operators on words and tokens of ONNX Runtime (ContribOperators.md). */
export const rule = ruleOfTable({
  "com.microsoft:Tokenizer": { infer: inferTokens, work: unknownWork },
  "com.microsoft:WordConvEmbedding": { infer: inferWords, work: wordWork },
  "com.microsoft:NGramHashMapping": {
    infer: (ctx) => inferHashes(ctx, 3),
    work: elementwiseWork(4),
  },
  "com.microsoft:VarlenNGramHashMapping": {
    infer: (ctx) => inferHashes(ctx, 4),
    work: elementwiseWork(4),
  },
  "com.microsoft:BifurcationDetector": { infer: inferBifurcation, work: unknownWork },
});

/** How many tokens the longest text has is data. */
function inferTokens(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const tokens = shape === undefined ? undefined : [...shape, ctx.freshDim()];
  return [output("string", tokens)];
}

/** Words of characters [.., characters], filters [filters, 1, window, character size]: a vector for each word. */
function inferWords(ctx: InferContext): readonly Inferred[] {
  const words = ctx.shape(0);
  const attribute = ctx.int("embedding_size", 0);
  const size: Dim | undefined = attribute > 0 ? attribute : ctx.shape(1)?.[0];
  if (words === undefined) return [output(ctx.elementType(1), undefined)];
  return [output(ctx.elementType(1), [...words.slice(0, -1), size ?? ctx.freshDim()])];
}

/** MACs = words × positions of the window × filters × window × character size; then the maximum over the positions. */
function wordWork(ctx: WorkContext): Work | undefined {
  const words = ctx.dims(0);
  const filters = ctx.dims(1);
  if (words === undefined || filters === undefined) return undefined;
  const characters = words.at(-1) ?? 0;
  const window = filters[2] ?? 1;
  const positions = Math.max(0, characters - window + 1);
  const count = productOf(words.slice(0, -1));
  const perPosition = productOf(filters);
  const outputs = count * positions * (filters[0] ?? 1);
  return {
    macs: count * positions * perPosition,
    otherFlops: 2 * outputs,
    kernel: {
      kind: "matmul",
      batch: 1,
      m: count * positions,
      n: filters[0] ?? 1,
      k: perPosition / Math.max(1, filters[0] ?? 1),
      hasConstantRight: true,
    },
  };
}

/** Each order n of n-grams has its heads: (max_ngram_size - 1) × n_head_per_ngram ids for each token. */
function inferHashes(ctx: InferContext, pastIds: number): readonly Inferred[] {
  const ids = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const history = ctx.int("max_ngram_size", 2) - 1;
  const heads = multiplyDims(history, ctx.int("n_head_per_ngram", 1));
  const sequences = ctx.shape(3);
  // Packed sequences are delimited by one offset more than there are sequences.
  const packed =
    sequences?.[0] === undefined || !isKnown(sequences[0]) ? undefined : sequences[0] - 1;
  const batch: Dim | undefined = pastIds === 3 ? ids?.[0] : (ctx.shape(pastIds)?.[0] ?? packed);
  const present: Shape | undefined = batch === undefined ? undefined : [batch, history];
  return [
    output(elementType, ids === undefined ? undefined : [...ids, heads]),
    output(elementType, present),
    output("int32", present),
  ];
}

/** How many predicted tokens are taken over is data. */
function inferBifurcation(ctx: InferContext): readonly Inferred[] {
  return [output("int64", [ctx.freshDim()]), outputLike(ctx, 2)];
}
