import { isWide } from "../../design/amount.js";
import type { Amount, Design, DesignLoop, ResourceKind, Resources } from "../../design/design.js";
import { formatNumber, formatShare } from "../../base/units.js";

/** What people call a resource. */
export const resourceLabels: Readonly<Record<ResourceKind, string>> = {
  lut: "LUT",
  ff: "FF",
  dsp: "DSP",
  bram: "BRAM",
  uram: "URAM",
  carry: "carry",
  lutram: "LUT as memory",
  gate: "gates",
  latch: "latch",
};

/** Scarce ones first: in this order they stand in a hint. */
export const byScarcity: readonly ResourceKind[] = [
  "dsp",
  "bram",
  "uram",
  "latch",
  "lut",
  "gate",
  "ff",
];

/** `3,214`, `~412`, `2.5`; `≥ 40` where a part could not be counted; three digits where the interval justifies no more. */
export function countText({ value, low, high }: Amount): string {
  if (high === Infinity && low < high) return `≥ ${countText({ value, low: value, high: value })}`;
  const isExact = low === high;
  const digits = value < 10 ? 10 : 1;
  const shown = isExact ? Math.round(value * digits) / digits : rounded(value);
  const text = shown.toLocaleString("en-US", { maximumFractionDigits: isExact ? 1 : 0 });
  return isWide({ value, low, high }) && shown >= 5 ? `~${text}` : text;
}

function rounded(value: number): number {
  if (value < 1000) return Math.round(value);
  const digits = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Math.round(value / digits) * digits;
}

/** `3,214 LUT`. */
export function resourceText(kind: ResourceKind, amount: Amount): string {
  return `${countText(amount)} ${resourceLabels[kind]}`;
}

/** Those that are used, scarce ones first: `1 DSP · 32 FF`. */
export function usedTexts({ counts }: Resources, kinds = byScarcity): readonly string[] {
  return kinds.flatMap((kind) => {
    const amount = counts[kind];
    return amount === undefined || amount.value < 0.5 ? [] : [resourceText(kind, amount)];
  });
}

/** What exceeds the part, and by how much of it: `256 DSP (284 %)`. */
export function utilisation(
  { capacity }: Design,
  { counts }: Resources,
): readonly { readonly kind: ResourceKind; readonly share: number }[] {
  return byScarcity.flatMap((kind) => {
    const amount = counts[kind];
    const most = capacity[kind];
    if (amount === undefined || most === undefined || (most === 0 && amount.value === 0)) return [];
    return [{ kind, share: most === 0 ? Infinity : amount.value / most }];
  });
}

/** Whether nothing exceeds the part; undefined where the part is not known, or not all was counted. */
export function fitsPart(design: Design): boolean | undefined {
  if (design.total === undefined || Object.keys(design.capacity).length === 0) return undefined;
  const fits = utilisation(design, design.total).every(({ share }) => share <= 1);
  return fits && design.without !== undefined ? undefined : fits;
}

/** `≥ 12 %` where a part could not be counted. */
export function shareText({ value, high }: Amount, capacity: number): string {
  return `${high === Infinity ? "≥ " : ""}${formatShare(value / capacity)}`;
}

/** What the numbers are without; empty where all is counted. */
export function withoutText(
  { without = [] }: Pick<Design, "without">,
  quoted = (name: string): string => `\`${name}\``,
): string {
  if (without.length === 0) return "";
  const names = without.slice(0, mostNames).map(quoted);
  const more = without.length > mostNames ? ` and ${without.length - mostNames} more` : "";
  return `without ${names.join(", ")}${more}`;
}

const mostNames = 3;

/** `187 MHz ~`. */
export function megahertzText(amount: Amount): string {
  return `${formatNumber(amount.value / 1e6)} MHz${isWide(amount) ? " ~" : ""}`;
}

export function nanosecondsText(amount: Amount): string {
  return `${formatNumber(amount.value)} ns${isWide(amount) ? " ~" : ""}`;
}

/** Cycles of a loop; one that is unrolled from end to end takes none of its own, and that is no gap in what is known. */
export function loopCyclesText({ latencyCycles, tripCount, unrollFactor }: DesignLoop): string {
  if (latencyCycles !== undefined) return cyclesText(latencyCycles);
  return tripCount !== undefined && unrollFactor >= tripCount.value ? "unrolled" : "? cycles";
}

/** `4,226 cycles`. */
export function cyclesText(amount: Amount): string {
  return `${countText(amount)} ${amount.value === 1 ? "cycle" : "cycles"}`;
}
