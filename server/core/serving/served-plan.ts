import type { Method } from "../cost/cost.js";
import type { ServingCurve } from "./plan-serving.js";
import type { ServingPoint } from "./together.js";

/** A target with a size of group and a way of serving. */
export interface ServedPlan {
  readonly target: string;
  readonly label: string;
  readonly method: Method;
  /** Of one group. */
  readonly devices: number;
  readonly mode: "together" | "apart";
  readonly capacityBytes: number;
  readonly weightBytes: number;
  /** Of one text, on one device. */
  readonly cacheBytes: number;
  /** Texts whose caches have room; null where they need none. */
  readonly fitting: number | null;
  readonly curve: ServingCurve<ServedPoint>;
}

export interface ServedPoint extends ServingPoint {
  readonly tokensPerSecondPerDevice: number;
  /** Dollars a million output tokens; null without a price. */
  readonly price: number | null;
  /** `1 × 2 + 4 × 2`: reading groups, writing groups and the devices of each; or the devices of the one group. */
  readonly layout: string;
  readonly groups?: { readonly reading: number; readonly writing: number };
  readonly readingShare?: number;
  readonly transferSeconds?: number;
}

/** `2 × H100 SXM · TensorRT-LLM · fp8, prompts apart`. */
export function planName({ label, devices, mode }: ServedPlan): string {
  return `${devices} × ${label}${mode === "apart" ? ", prompts apart" : ""}`;
}
