import { add, certain, type Interval } from "../cost/interval.js";
import type { Cut } from "./cuts.js";

export interface Link {
  readonly bytesPerSecond: number;
  /** There and back, with nothing sent. */
  readonly roundTripSeconds: number;
}

/** A cut over one link. */
export interface SplitPoint {
  readonly cut: Cut;
  readonly sendSeconds: number;
  readonly seconds: Interval;
}

export interface Split {
  readonly link: Link;
  /** All of the model on the device, and all of it on the server. */
  readonly local: SplitPoint;
  readonly remote: SplitPoint;
  /** Places that send less than every one before, in their order: nowhere else can a cut be worth it. */
  readonly points: readonly SplitPoint[];
  readonly best: SplitPoint;
  /** Where a cut could win, if a bottleneck were trained there (Matsubara et al. 2022, "BottleFit", section 3). */
  readonly bottleneck: Bottleneck | undefined;
}

export interface Bottleneck {
  readonly cut: Cut;
  /** What may be sent at most, to be as quick as the better of device and server alone. */
  readonly bytes: number;
}

/** Undefined without any place to cut: `cutsOf` gives both ends at least. */
export function planSplit(cuts: readonly Cut[], link: Link): Split | undefined {
  const all = cuts.map((cut) => pointOf(cut, link));
  const [remote] = all;
  const local = all.at(-1);
  if (remote === undefined || local === undefined) return undefined;
  const points: SplitPoint[] = [];
  let least = Infinity;
  for (const point of all) {
    if (point.cut.sentBytes >= least && point !== local) continue;
    // Of two that send the same, the later one costs the device more.
    least = point.cut.sentBytes;
    points.push(point);
  }
  const best = [...points].sort((a, b) => a.seconds.value - b.seconds.value)[0] ?? local;
  const isWhole = best === local || best === remote;
  return {
    link,
    local,
    remote,
    points,
    best,
    bottleneck: isWhole ? bottleneckOf(all, link, best.seconds.value) : undefined,
  };
}

function pointOf(cut: Cut, link: Link): SplitPoint {
  const isSent = cut.serverSeconds.value > 0;
  const sendSeconds = isSent ? link.roundTripSeconds + cut.sentBytes / link.bytesPerSecond : 0;
  return {
    cut,
    sendSeconds,
    seconds: add(add(cut.deviceSeconds, certain(sendSeconds)), cut.serverSeconds),
  };
}

/** The place that leaves a bottleneck the largest part of what is sent there now. */
function bottleneckOf(
  all: readonly SplitPoint[],
  { bytesPerSecond, roundTripSeconds }: Link,
  seconds: number,
): Bottleneck | undefined {
  let found: Bottleneck | undefined;
  let largest = 0;
  for (const { cut } of all.slice(1, -1)) {
    const left = seconds - roundTripSeconds - cut.deviceSeconds.value - cut.serverSeconds.value;
    const bytes = left * bytesPerSecond;
    // In front of the first kernel nothing has been learnt yet: that is a compressed input.
    if (cut.after === undefined || bytes <= 0 || cut.sentBytes === 0) continue;
    if (bytes / cut.sentBytes <= largest) continue;
    largest = bytes / cut.sentBytes;
    found = { cut, bytes };
  }
  return found;
}
