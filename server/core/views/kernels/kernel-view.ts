import { lineStartsOf } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";
import {
  shownEstimate,
  type KernelFile,
  type KernelFix,
  type KernelResult,
} from "../../gpu/kernel-file.js";
import type { Hint } from "../text/hints.js";
import type { HoverText } from "../text/hover.js";
import type { LensText } from "../text/lens.js";
import type { OutlineItem } from "../text/outline.js";
import type { TextProblem } from "../text/problems.js";
import { kernelHints } from "./kernel-hints.js";
import { kernelHovers } from "./kernel-hover.js";
import { kernelLens } from "./kernel-lens.js";
import { intensityText, occupancyText, timeText } from "./kernel-words.js";

/** All that an editor shows of a text's kernels, in whatever language: plain data, whose spans count in the text that was analysed. */
export interface KernelView {
  readonly hints: readonly Hint[];
  readonly lenses: readonly (LensText & { readonly name: string })[];
  readonly hovers: readonly HoverText[];
  readonly problems: readonly (TextProblem & { readonly fixes: readonly KernelFix[] })[];
  readonly outline: readonly OutlineItem[];
}

export const emptyKernelView: KernelView = {
  hints: [],
  lenses: [],
  hovers: [],
  problems: [],
  outline: [],
};

export function kernelView({ kernels, language, problems }: KernelFile, text: string): KernelView {
  const starts = lineStartsOf(text);
  // A template's variants share a name and a lens: the first stands for them.
  const named = new Map([...kernels].reverse().map((kernel) => [kernel.name, kernel]));
  return {
    hints: kernelHints(kernels, text, starts),
    lenses: [...named].map(([name, kernel]) => ({ name, ...kernelLens(kernel) })),
    hovers: kernelHovers(kernels, language, text, starts),
    problems: problems.map(({ code, severity, message, place, fixes = [] }) => ({
      code,
      severity,
      message,
      span: place?.kind === "text" ? place.span : firstLine(text),
      fixes,
    })),
    outline: kernels.flatMap(outlineItem),
  };
}

function outlineItem({
  name,
  variant,
  place,
  span,
  devices,
}: KernelResult): readonly OutlineItem[] {
  const [main] = devices;
  const estimate = (main && shownEstimate(main))?.estimate;
  if (estimate === undefined) return [];
  const more =
    estimate.occupancy?.doesNotFit === undefined
      ? [occupancyText(estimate), intensityText(estimate)]
      : [];
  const detail = [timeText(estimate), ...more].filter((part) => part !== undefined).join(" · ");
  return [
    { name: `${name}${variant}`, detail, kind: "function", span, nameSpan: place, children: [] },
  ];
}

function firstLine(text: string): TextSpan {
  return { start: 0, end: text.search(/\r|\n|$/) };
}
