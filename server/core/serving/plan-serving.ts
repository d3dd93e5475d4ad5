import { throwIfCancelled, type Cancel } from "../base/cancel.js";
import type { ServingPoint } from "./together.js";
import type { ServingLimits } from "./workload.js";

/** All numbers of texts that were tried on one group, fewest first, and which of them gives most tokens a device within the limits. */
export interface ServingCurve<Point extends ServingPoint> {
  readonly points: readonly Point[];
  /** Undefined where not even one text keeps the limits, or fits. */
  readonly best: Point | undefined;
  /**
   * What keeps `best` from more texts: time between tokens, to the first one, the room for caches, what the server takes; or that
   * more of them give no more tokens a device.
   */
  readonly limit: ServingLimit;
}

export type ServingLimit =
  "between tokens" | "first token" | "memory" | "texts at once" | "no gain";

/**
 * Powers of two up to what fits, and around the limit to two per cent: the more texts the longer each waits, so that
 * bisection finds where that ends.
 */
export function planServing<Point extends ServingPoint>(
  serve: (texts: number) => Point | undefined,
  { limits, fitting, mostTexts }: PlanOptions,
  cancel: Cancel,
): ServingCurve<Point> {
  const most = Math.min(fitting, mostTexts);
  const points = new Map<number, Point>();
  const tried = (texts: number): Point | undefined => {
    throwIfCancelled(cancel);
    const point = serve(texts);
    if (point !== undefined) points.set(texts, point);
    return point;
  };
  let keeps = 0;
  let exceeds: number | undefined;
  for (const texts of [...powersBelow(most), ...(most >= 1 ? [most] : [])]) {
    const point = tried(texts);
    if (point === undefined || exceeded(point, limits) !== undefined) exceeds ??= texts;
    else [keeps, exceeds] = [texts, undefined];
  }
  if (exceeds !== undefined)
    while (exceeds - keeps > Math.max(1, 0.02 * exceeds)) {
      const middle: number = Math.floor((keeps + exceeds) / 2);
      const point = tried(middle);
      if (point !== undefined && exceeded(point, limits) === undefined) keeps = middle;
      else exceeds = middle;
    }
  const sorted = [...points.values()].sort((a, b) => a.texts - b.texts);
  const kept = sorted.filter((point) => exceeded(point, limits) === undefined);
  const [best] = [...kept].sort((a, b) => perDevice(b) - perDevice(a));
  const limit = (): ServingLimit => {
    if (best !== undefined && best.texts < keeps) return "no gain";
    if (exceeds === undefined) return fitting <= mostTexts ? "memory" : "texts at once";
    const beyond = points.get(exceeds);
    // What fits and has no point has no numbers of groups that bring first tokens in time.
    return (beyond && exceeded(beyond, limits)) ?? "first token";
  };
  return { points: sorted, best, limit: limit() };
}

export interface PlanOptions {
  readonly limits: ServingLimits;
  /** Texts whose caches have room. */
  readonly fitting: number;
  /** What the server takes at once. */
  readonly mostTexts: number;
}

/** Output tokens a second of each device. */
export function perDevice({ tokensPerSecond, devices }: ServingPoint): number {
  return tokensPerSecond.value / devices;
}

function exceeded(
  { tokenSeconds, firstTokenSeconds }: ServingPoint,
  limits: ServingLimits,
): ServingLimit | undefined {
  if (tokenSeconds.value > (limits.tokenSeconds ?? Infinity)) return "between tokens";
  if (firstTokenSeconds.value > (limits.firstTokenSeconds ?? Infinity)) return "first token";
  return undefined;
}

function powersBelow(most: number): readonly number[] {
  const powers: number[] = [];
  for (let texts = 1; texts < most; texts *= 2) powers.push(texts);
  return powers;
}
