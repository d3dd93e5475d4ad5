import { isKnown, type Dim } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { elementwiseWork, output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { broadcast } from "./shapes.js";

/** Text operators: one operation per element, whatever its length; lengths are data. */
export const rule = ruleOfTable({
  StringNormalizer: { infer: inferNormalizer, work: elementwiseWork(1) },
  StringConcat: {
    infer: (ctx) => [output("string", broadcast(ctx, [ctx.shape(0), ctx.shape(1)]))],
    work: elementwiseWork(1),
  },
  StringSplit: { infer: inferSplit, work: elementwiseWork(1) },
  RegexFullMatch: { infer: (ctx) => [outputLike(ctx, 0, "bool")], work: elementwiseWork(1) },
  TfIdfVectorizer: { infer: inferTfIdf, work: tfIdfWork },
});

/** Removes stop words from [C] or [1, C]; one empty text is left where all go. */
function inferNormalizer(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const stopWords = ctx.attribute("stopwords");
  if (shape === undefined) return [output("string", undefined)];
  if (stopWords?.kind !== "strings" || stopWords.value.length === 0)
    return [output("string", shape)];
  const kept = keptWords(ctx, stopWords.value);
  const count: Dim = kept === undefined ? ctx.freshDim() : Math.max(1, kept);
  return [output("string", [...shape.slice(0, -1), count])];
}

function keptWords(ctx: InferContext, stopWords: readonly string[]): number | undefined {
  const words = ctx.constant(0)?.data;
  if (words === undefined) return undefined;
  const isSensitive = ctx.int("is_case_sensitive", 0) !== 0;
  const fold = (word: string): string => (isSensitive ? word : word.toLowerCase());
  const removed = new Set(stopWords.map(fold));
  return words.filter((word) => typeof word !== "string" || !removed.has(fold(word))).length;
}

/** The pieces along a new axis as long as the text with most of them, and how many each has. */
function inferSplit(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const pieces = shape === undefined ? undefined : [...shape, ctx.freshDim()];
  return [output("string", pieces), output("int64", shape)];
}

/** As many columns as the largest of `ngram_indexes` says (ONNX TfIdfVectorizer). */
function inferTfIdf(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  let columns = 0;
  for (const index of ctx.ints("ngram_indexes") ?? []) columns = Math.max(columns, index + 1);
  if (shape === undefined) return [output("float32", undefined)];
  const rows: Shape = shape.length < 2 ? [] : shape.slice(0, 1);
  return [output("float32", [...rows, columns])];
}

/** A look-up per window: each length of n-gram, each number of skips, each position. */
function tfIdfWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  const columns = ctx.outputShape(0)?.at(-1);
  if (elements === undefined || columns === undefined || !isKnown(columns)) return undefined;
  const lengths = ctx.int("max_gram_length", 1) - ctx.int("min_gram_length", 1) + 1;
  const skips = ctx.int("max_skip_count", 0) + 1;
  return {
    macs: 0,
    otherFlops: Math.max(0, elements * lengths * skips),
    kernel: { kind: "gather", elements },
  };
}
