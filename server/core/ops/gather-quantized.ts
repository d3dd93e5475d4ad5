import { productOf } from "../base/product.js";
import { multiplyDims } from "../graph/dim.js";
import { bytesOfElements } from "../graph/element-type.js";
import { byteCount, type Shape } from "../graph/value-type.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { normalizeAxis } from "./shapes.js";

/** Look-ups in embedding tables of ONNX Runtime (ContribOperators.md). */
export const rule = ruleOfTable({
  "com.microsoft:GatherBlockQuantized": { infer: inferQuantizedRows, work: quantizedRowsWork },
  "com.microsoft:TorchEmbedding": { infer: inferRows, work: rowsWork },
});

/** Table elements of fewer than 8 bits stand packed in uint8 along the last axis. */
function packing(ctx: NodeContext): number {
  if (ctx.elementType(0) !== "uint8") return 1;
  return 8 / Math.max(1, Math.min(8, ctx.int("bits", 4)));
}

function unpackedTable(ctx: NodeContext): Shape | undefined {
  const table = ctx.shape(0);
  const last = table?.at(-1);
  if (table === undefined || last === undefined) return undefined;
  return [...table.slice(0, -1), multiplyDims(last, packing(ctx))];
}

function inferQuantizedRows(ctx: InferContext): readonly Inferred[] {
  const elementType = ctx.elementType(2);
  const table = unpackedTable(ctx);
  const indices = ctx.shape(1);
  if (table === undefined || indices === undefined) return [output(elementType, undefined)];
  const axis = normalizeAxis(ctx, ctx.int("gather_axis", 0), table.length);
  if (axis === undefined) return [output(elementType, undefined)];
  return [output(elementType, [...table.slice(0, axis), ...indices, ...table.slice(axis + 1)])];
}

/** Rows are read packed, with one scale (and zero point) for each block; each element takes a subtraction and a multiply. */
function quantizedRowsWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const indexBytes = byteCount(ctx.inputType(1));
  const tableType = ctx.elementType(0);
  const scaleType = ctx.elementType(2);
  if (elements === undefined || indexBytes === undefined) return undefined;
  if (tableType === undefined || scaleType === undefined) return undefined;
  const block = Math.max(1, ctx.int("block_size", 128));
  const stored = bytesOfElements(tableType, elements / packing(ctx));
  const zeroPoints = ctx.hasInput(3)
    ? bytesOfElements(tableType, elements / block / packing(ctx))
    : 0;
  return {
    macs: 0,
    otherFlops: 2 * elements,
    readBytes: indexBytes + stored + bytesOfElements(scaleType, elements / block) + zeroPoints,
    kernel: { kind: "gather", elements },
  };
}

function inferRows(ctx: InferContext): readonly Inferred[] {
  const width = ctx.shape(0)?.[1];
  const indices = ctx.shape(1);
  const shape = indices === undefined ? undefined : [...indices, width ?? ctx.freshDim()];
  return [output(ctx.elementType(0), shape)];
}

function rowsWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.outputDims(0);
  const elementType = ctx.elementType(0);
  const indexBytes = byteCount(ctx.inputType(1));
  if (dims === undefined || elementType === undefined || indexBytes === undefined) return undefined;
  const elements = productOf(dims);
  return {
    macs: 0,
    otherFlops: 0,
    readBytes: indexBytes + bytesOfElements(elementType, elements),
    kernel: { kind: "gather", elements },
  };
}
