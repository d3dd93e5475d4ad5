import type { DesignModule, ResourceKind, Resources } from "../design/design.js";
import { amount } from "./hls-design.js";

/** Shares of a value that its interval begins and ends at. */
export type Ends = readonly [number, number];

/** What a layer or a whole network is estimated to take; block RAM in halves. */
export interface LayerCounts {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
}

export function estimatedResources(
  { lut, ff, dsp, bram18 }: LayerCounts,
  ends: Readonly<Record<Extract<ResourceKind, "lut" | "ff" | "dsp" | "bram">, Ends>>,
): Resources {
  return {
    method: "estimated",
    counts: {
      lut: amount(lut, ends.lut),
      ff: amount(ff, ends.ff),
      dsp: amount(dsp, ends.dsp),
      bram: amount(bram18, ends.bram),
    },
  };
}

/** A module that is there once and has no others in it. */
export function leafModule(name: string, variant: string, own: Resources): DesignModule {
  return { name, variant, place: undefined, instanceCount: 1, own, whole: own };
}

/** One that takes cycles: from its first input to its last output, and from one inference to the next. */
export function layerModule(
  name: string,
  variant: string,
  own: Resources,
  latency: readonly [number, Ends],
  interval: readonly [number, Ends],
): DesignModule {
  return {
    ...leafModule(name, variant, own),
    latencyCycles: amount(...latency),
    intervalCycles: amount(...interval),
  };
}
