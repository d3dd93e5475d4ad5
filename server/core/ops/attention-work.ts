import { type Dim, divideDims, isKnown } from "../graph/dim.js";
import { byteCount } from "../graph/value-type.js";
import { softmaxFlops } from "./softmax.js";
import type { Work, WorkContext } from "./rule.js";

/** Extents of one attention: every query head sees `keyLength` keys, the cached ones included. */
export interface AttentionExtents {
  readonly batch: Dim;
  readonly queryHeads: Dim;
  readonly keyHeads: Dim;
  readonly queryLength: Dim;
  readonly keyLength: Dim;
  readonly headSize: Dim;
  readonly valueHeadSize: Dim;
}

export interface AttentionOptions {
  readonly isCausal: boolean;
  /** Keys visible to a query, 0 for all. */
  readonly window: number;
  /** Operations for each score beyond scaling and softmax: an added bias or mask is 1, a soft cap 3. */
  readonly scoreFlops: number;
}

/**
 * Scaled dot-product attention: MACs = batch × query heads × queries × keys × (head size + value head size), for Q Kᵀ
 * and for P V. All of the queries × keys rectangle counts, as it does in torch.utils.flop_counter and fvcore, whatever
 * mask or window hides; the kernel says which, so that a cost model can take off what a runtime skips. Grouped key
 * heads save bytes, not MACs. Each score takes a multiply by the scale and a softmax.
 */
export function attentionWork(
  extents: AttentionExtents,
  options: AttentionOptions,
): Work | undefined {
  const { batch, queryHeads, keyHeads, queryLength, keyLength, headSize, valueHeadSize } = extents;
  if (!isKnown(batch) || !isKnown(queryHeads) || !isKnown(keyHeads)) return undefined;
  if (!isKnown(queryLength) || !isKnown(keyLength)) return undefined;
  if (!isKnown(headSize) || !isKnown(valueHeadSize)) return undefined;
  const scores = batch * queryHeads * queryLength * keyLength;
  return {
    macs: scores * (headSize + valueHeadSize),
    otherFlops: scores * (softmaxFlops + 1 + options.scoreFlops),
    kernel: {
      kind: "attention",
      batch,
      queryHeads,
      keyHeads,
      queryLength,
      keyLength,
      headSize,
      valueHeadSize,
      isCausal: options.isCausal,
      window: options.window,
    },
  };
}

/** Adds what the operator computes besides the attention itself. */
export function withMore(
  work: Work | undefined,
  more: { readonly macs?: number; readonly otherFlops?: number },
): Work | undefined {
  if (work === undefined) return undefined;
  return {
    ...work,
    macs: work.macs + (more.macs ?? 0),
    otherFlops: work.otherFlops + (more.otherFlops ?? 0),
  };
}

/** Soft cap, c × tanh(x / c): divide, tanh, multiply. */
export const softCapFlops = 3;

/** Rotation of a pair takes four multiplies and two additions (Su et al., RoFormer, eq. 34): 3 for each element. */
export const rotaryFlops = 3;

/** A share of a packed axis; an axis that the heads do not divide stays unknown. */
export function shareOf(extent: Dim | undefined, parts: number | undefined): Dim | undefined {
  if (extent === undefined || parts === undefined || parts < 1) return undefined;
  if (isKnown(extent) && extent % parts !== 0) return undefined;
  return divideDims(extent, parts);
}

/** All extents, or undefined while one is missing. */
export function completeExtents(extents: {
  readonly [Key in keyof AttentionExtents]: Dim | undefined;
}): AttentionExtents | undefined {
  const { batch, queryHeads, keyHeads, queryLength, keyLength, headSize, valueHeadSize } = extents;
  if (batch === undefined || queryHeads === undefined || keyHeads === undefined) return undefined;
  if (queryLength === undefined || keyLength === undefined) return undefined;
  if (headSize === undefined || valueHeadSize === undefined) return undefined;
  return { batch, queryHeads, keyHeads, queryLength, keyLength, headSize, valueHeadSize };
}

/**
 * Bytes when past and present share one buffer of `capacity` tokens: it is read as far as it is filled, and written where
 * the new tokens go.
 */
export function sharedCacheBytes(
  ctx: WorkContext,
  cache: {
    readonly pastInputs: readonly number[];
    readonly presentOutputs: readonly number[];
    readonly capacity: Dim;
    readonly filled: Dim;
    readonly added: Dim;
  },
): { readonly readBytes?: number; readonly writeBytes?: number } {
  const { capacity, filled, added } = cache;
  if (!isKnown(capacity) || !isKnown(filled) || !isKnown(added) || capacity < 1) return {};
  let readBytes = 0;
  let writeBytes = 0;
  for (let index = 0; index < ctx.inputCount; index++) {
    if (!ctx.hasInput(index)) continue;
    const share = cache.pastInputs.includes(index) ? Math.max(0, filled - added) / capacity : 1;
    const bytes = byteCount(ctx.inputType(index));
    if (bytes === undefined) return {};
    readBytes += bytes * Math.min(1, share);
  }
  for (let index = 0; index < ctx.outputCount; index++) {
    if (!ctx.hasOutput(index)) continue;
    const share = cache.presentOutputs.includes(index) ? added / capacity : 1;
    const bytes = byteCount(ctx.outputType(index));
    if (bytes === undefined) return {};
    writeBytes += bytes * Math.min(1, share);
  }
  return { readBytes: Math.round(readBytes), writeBytes: Math.round(writeBytes) };
}
