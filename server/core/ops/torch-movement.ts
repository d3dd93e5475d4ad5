import { byteCount } from "../graph/value-type.js";
import type { OpRule, Work, WorkContext } from "./rule.js";
import { each, madeElements, torchRule } from "./torch-rule.js";
import { viewWork } from "./view.js";

/** Views of torch: another shape, or other strides, over the same bytes. */
const views = [
  "as_strided",
  "diagonal",
  "expand",
  "flatten",
  "narrow",
  "permute",
  "reshape",
  "select",
  "split",
  "transpose",
  "unbind",
  "unfold",
  "view",
  "view_as_complex",
  "view_as_real",
  "detach",
  "identity",
  "alias",
];

/** What copies elements and computes nothing. */
const copies = [
  "block_diag",
  "cartesian_prod",
  "cat",
  "channel_shuffle",
  "chunk",
  "clone",
  "combinations",
  "contiguous",
  "copy",
  "diag",
  "diag_embed",
  "fill",
  "flip",
  "im2col",
  "index",
  "index_select",
  "masked_select",
  "meshgrid",
  "native_channel_shuffle",
  "lu_unpack",
  "one_hot",
  "pack_padded_sequence",
  "pad",
  "pad_packed_sequence",
  "pad_sequence",
  "pixel_shuffle",
  "pixel_unshuffle",
  "repeat",
  "repeat_interleave",
  "roll",
  "rot90",
  "slice",
  "stack",
  "take",
  "tile",
  "to",
  "tril",
  "triu",
  "uniform",
  "zero",
];

/** Random numbers: as much as the writing of them. */
const random = [
  "binomial",
  "cauchy",
  "exponential",
  "geometric",
  "log_normal",
  "multinomial",
  "normal",
  "poisson",
  "rand",
  "rand_like",
  "randint",
  "randn",
  "randn_like",
  "random",
];

export const rule: OpRule = torchRule({
  ...each(views, viewWork),
  ...each(copies, copyWork),
  ...each(random, copyWork),
  copy_slice: writeWork,
  ...each(
    [
      "index_add",
      "index_copy",
      "index_fill",
      "index_put",
      "index_reduce",
      "put",
      "scatter",
      "scatter_add",
      "scatter_reduce",
      "select_scatter",
      "slice_scatter",
      "diagonal_scatter",
    ],
    scatterWork,
  ),
  // Rows of a table are read, summed within each bag, and written.
  embedding_bag: bagWork,
  // Each element of the blocks is added to the image (torch.nn.Fold).
  fold: (ctx) => {
    const elements = ctx.inputElements(0);
    return elements === undefined
      ? undefined
      : { macs: 0, otherFlops: elements, kernel: { kind: "movement", elements } };
  },
});

/** Reads what it writes, and no more of its first operand than that; other operands are indices, read whole. */
function copyWork(ctx: WorkContext): Work | undefined {
  const elements = madeElements(ctx);
  const bytes = bytesOfOutputs(ctx);
  if (elements === undefined || bytes === undefined) return undefined;
  let readBytes = 0;
  for (let index = 0; index < ctx.inputCount; index++) {
    const size = ctx.hasInput(index) ? byteCount(ctx.inputType(index)) : 0;
    if (size === undefined) return undefined;
    readBytes += index === 0 ? Math.min(size, bytes) : size;
  }
  return { macs: 0, otherFlops: 0, readBytes, kernel: { kind: "movement", elements } };
}

/** `x[…] = y`: the region is written, the rest of `x` stays where it is. */
function writeWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.int("elements") ?? ctx.inputElements(1) ?? ctx.outputElements(0);
  const whole = ctx.outputElements(0);
  const bytes = byteCount(ctx.outputType(0));
  if (elements === undefined || whole === undefined || bytes === undefined) return undefined;
  const part = whole === 0 ? 0 : Math.min(1, elements / whole) * bytes;
  return {
    macs: 0,
    otherFlops: 0,
    readBytes: Math.round(part),
    writeBytes: Math.round(part),
    kernel: { kind: "movement", elements },
  };
}

/** A copy of the whole, then the source's elements added or written where the index says. */
function scatterWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const updates = ctx.inputElements(2) ?? ctx.inputElements(1) ?? 0;
  if (elements === undefined) return undefined;
  const adds = /add|reduce/.test(ctx.node.op) ? updates : 0;
  return {
    macs: 0,
    otherFlops: adds,
    kernel: { kind: "gather", elements: Math.max(elements, updates) },
  };
}

function bagWork(ctx: WorkContext): Work | undefined {
  const indices = ctx.inputElements(0);
  const table = ctx.dims(1);
  const outputElements = ctx.outputElements(0);
  const rowBytes = byteCount(ctx.inputType(1));
  const bytes = byteCount(ctx.outputType(0));
  if (indices === undefined || table?.length !== 2 || outputElements === undefined)
    return undefined;
  if (rowBytes === undefined || bytes === undefined) return undefined;
  const [rows = 0, width = 0] = table;
  return {
    macs: 0,
    otherFlops: indices * width,
    readBytes: rows === 0 ? 0 : Math.round((indices * rowBytes) / rows),
    writeBytes: bytes,
    kernel: { kind: "gather", elements: indices * width },
  };
}

function bytesOfOutputs(ctx: WorkContext): number | undefined {
  let sum = 0;
  for (let index = 0; index < ctx.outputCount; index++) {
    const bytes = byteCount(ctx.outputType(index));
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}
