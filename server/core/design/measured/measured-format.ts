import type { MeasuredDesign, ResourceKind } from "../design.js";

/** One tool's report; a file each. What is not in a report is absent, never 0. */
export interface MeasuredFormat {
  readonly id: string;
  /** Names that such files usually have: where a workspace is searched. */
  readonly names: RegExp;
  readonly sniff: (text: string) => boolean;
  /** Undefined when there is nothing in it that can be compared. */
  readonly read: (text: string, file: string) => MeasuredDesign | undefined;
}

export type MeasuredCounts = Partial<Record<ResourceKind, number>>;

/** `1,234 / 22,320 ( 5 % )` is 1234; undefined for what is no number. */
export function leadingNumber(text: string | undefined): number | undefined {
  const match = /^\s*(\d[\d,]*(?:\.\d+)?)/.exec(text ?? "");
  return match === null ? undefined : Number((match[1] ?? "").replaceAll(",", ""));
}

export function measuredDesign(
  tool: string,
  file: string,
  fields: Partial<MeasuredDesign>,
): MeasuredDesign {
  return { tool, file, top: undefined, counts: {}, modules: [], loops: [], ...fields };
}
