import { productOf } from "../base/product.js";
import { bytesOfElements } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import { normalizationFlops } from "./normalization.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

/** Word, position and segment tables of BERT, added and normalized (ContribOperators.md). */
export const rule = ruleOfTable({
  "com.microsoft:EmbedLayerNormalization": {
    infer: (ctx) => inferEmbedding(ctx, false),
    work: (ctx) => embeddingWork(ctx, 0),
  },
  // A multiply and an add to dequantize each of the looked-up elements.
  "com.microsoft:QEmbedLayerNormalization": {
    infer: (ctx) => inferEmbedding(ctx, true),
    work: (ctx) => embeddingWork(ctx, 2),
  },
});

const wordTable = 2;
const segmentTable = 4;

function inferEmbedding(ctx: InferContext, isQuantized: boolean): readonly Inferred[] {
  const ids = ctx.shape(0);
  if (ids !== undefined && ids.length !== 2)
    ctx.error(`the ids have rank ${ids.length}; it should be 2 (batch, sequence).`);
  const hidden = ctx.shape(wordTable)?.[1];
  const elementType = isQuantized
    ? (ctx.elementType(8) ?? "float32")
    : (ctx.elementType(wordTable) ?? ctx.elementType(5));
  const shape: Shape | undefined =
    ids?.length === 2 ? [...ids, hidden ?? ctx.freshDim()] : undefined;
  const embedded = output(elementType, shape);
  const batch = ids?.[0];
  return [embedded, output("int32", batch === undefined ? undefined : [batch]), embedded];
}

/** Two or three rows are looked up and added for each token, then normalized. Only those rows are read. */
function embeddingWork(ctx: WorkContext, dequantizeFlops: number): Work | undefined {
  const dims = ctx.outputDims(0);
  const tableType = ctx.elementType(wordTable);
  if (dims === undefined || tableType === undefined) return undefined;
  const elements = productOf(dims);
  const columns = dims.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : elements / columns;
  const tables = ctx.hasInput(segmentTable) ? 3 : 2;
  const idBytes = (ctx.hasInput(1) ? 2 : 1) * 4 * rows;
  const maskBytes = ctx.hasInput(7) ? 4 * rows : 0;
  return {
    macs: 0,
    otherFlops: (tables - 1 + normalizationFlops + tables * dequantizeFlops) * elements,
    readBytes:
      tables * bytesOfElements(tableType, elements) +
      2 * bytesOfElements(tableType, columns) +
      idBytes +
      maskBytes,
    kernel: { kind: "normalization", rows, columns },
  };
}
