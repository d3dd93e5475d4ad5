import type { TextSpan } from "../../base/text-span.js";
import type { KernelFix, KernelSheet } from "../../gpu/kernel-sheet.js";
import type { Hint } from "../text/hints.js";
import type { LensText } from "../text/lens.js";
import type { OutlineItem } from "../text/outline.js";
import type { TextProblem } from "../text/problems.js";
import { kernelHints } from "./kernel-hints.js";
import { kernelLens } from "./kernel-lens.js";
import { intensityText, occupancyText, timeText } from "./kernel-text.js";

/** All that an editor shows of a text's kernels without being asked at a place; spans count in the text that was analysed. */
export interface KernelView {
  readonly hints: readonly Hint[];
  readonly lenses: readonly (LensText & { readonly name: string })[];
  readonly problems: readonly (TextProblem & { readonly fixes: readonly KernelFix[] })[];
  readonly outline: readonly OutlineItem[];
}

export const emptyKernelView: KernelView = { hints: [], lenses: [], problems: [], outline: [] };

export function kernelView(sheet: KernelSheet, text: string): KernelView {
  const names = [...new Set(sheet.kernels.map(({ name }) => name))];
  return {
    hints: kernelHints(sheet, text),
    lenses: names.map((name) => ({ name, ...kernelLens(sheet, name) })),
    problems: sheet.problems.map(({ code, severity, message, place, fixes = [] }) => ({
      code,
      severity,
      message,
      span: place?.kind === "text" ? place.span : firstLine(text),
      fixes,
    })),
    outline: sheet.kernels.flatMap(({ name, variant, place, span, estimates }): OutlineItem[] => {
      const [main] = estimates;
      if (main === undefined) return [];
      const detail = [timeText(main), occupancyText(main), intensityText(main)]
        .filter((part) => part !== undefined)
        .join(" · ");
      return [
        {
          name: `${name}${variant}`,
          detail,
          kind: "function",
          span,
          nameSpan: place,
          children: [],
        },
      ];
    }),
  };
}

function firstLine(text: string): TextSpan {
  return { start: 0, end: text.search(/\r|\n|$/) };
}
