import { lower } from "../../server/core/lower/lower.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { fusesAttention, upcastsAttention } from "../../server/core/lower/unfused-attention.js";
import type { Kernel } from "../../server/core/lower/lowered.js";
import type { Target } from "../../server/core/targets/target.js";
import type { CalibrationContext, Subject } from "./set.js";
import type { CountedKernel } from "./train/fit-network.js";

/** A network at any batch size. */
export interface BatchedNetwork {
  readonly id: string;
  readonly at: (batch: number) => Subject;
}

/**
 * Kernels of a network at a batch size, without reading it anew for each: every extent and byte count is affine in
 * the batch, so that two batch sizes say all of them. Undefined where the kernels of the two are not the same ones.
 */
export async function kernelsAt(
  ctx: CalibrationContext,
  network: BatchedNetwork,
  target: Target,
  batch: number,
): Promise<readonly CountedKernel[] | undefined> {
  const pairs = await pairsOf(ctx, network, target);
  const at = (batch - lowBatch) / (highBatch - lowBatch);
  return pairs?.map(({ from, to, count }) => ({
    kernel: between(from, to, at) as Kernel,
    count,
  }));
}

const lowBatch = 16;
const highBatch = 32;

interface Pair {
  readonly from: Kernel;
  readonly to: Kernel;
  readonly count: number;
}

const kept = new Map<string, Promise<readonly Pair[] | undefined>>();

/** Kernels depend on what the runtime does, on widths and on the kind of chip. */
function pairsOf(
  ctx: CalibrationContext,
  network: BatchedNetwork,
  target: Target,
): Promise<readonly Pair[] | undefined> {
  const { chip, runtime, precision } = target;
  const version = `${fusesAttention(runtime.id)} ${upcastsAttention(runtime.id)}`;
  const key = `${network.id}|${runtime.id.replace(/[\d.]+/, version)}|${precision.id}|${chip.kind}`;
  let pairs = kept.get(key);
  if (pairs === undefined) {
    pairs = makePairs(ctx, network, target);
    kept.set(key, pairs);
  }
  return pairs;
}

async function makePairs(
  ctx: CalibrationContext,
  network: BatchedNetwork,
  target: Target,
): Promise<readonly Pair[] | undefined> {
  const [from, to] = [
    await ctx.infer(network.at(lowBatch)),
    await ctx.infer(network.at(highBatch)),
  ];
  if (from === undefined || to === undefined) return undefined;
  const lows = lower(from.graphWork, target, neverCancelled);
  const highs = lower(to.graphWork, target, neverCancelled);
  if (lows.uncosted.length > 0 || lows.kernels.length !== highs.kernels.length) return undefined;
  const pairs = new Map<string, { from: Kernel; to: Kernel; count: number }>();
  for (const [index, kernel] of lows.kernels.entries()) {
    const other = highs.kernels[index];
    if (other?.shape.kind !== kernel.shape.kind) return undefined;
    const pair = { from: bare(kernel), to: bare(other), count: 1 };
    const key = JSON.stringify(pair);
    const known = pairs.get(key);
    if (known === undefined) pairs.set(key, pair);
    else known.count += 1;
  }
  return [...pairs.values()];
}

/** Without the numbers of nodes and values, in which kernels differ that take the same time. */
function bare(kernel: Kernel): Kernel {
  return {
    ...kernel,
    nodeIds: kernel.nodeIds.map(() => 0),
    shares: [],
    reads: kernel.reads.map(() => 0),
    writes: [],
  };
}

/** Two values of one form, number by number. */
function between(from: unknown, to: unknown, at: number): unknown {
  if (typeof from === "number" && typeof to === "number")
    return from === to ? from : from + (to - from) * at;
  if (Array.isArray(from) && Array.isArray(to))
    return from.map((item, index) => between(item, to[index], at));
  if (typeof from === "object" && from !== null && typeof to === "object" && to !== null) {
    const other = to as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(from).map(([key, value]) => [key, between(value, other[key], at)]),
    );
  }
  return from;
}
