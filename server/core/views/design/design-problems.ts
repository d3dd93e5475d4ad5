import { fileNameOf } from "../../base/file-name.js";
import type { DesignProblem } from "../../design/design.js";
import { spanOfRange } from "../../base/line-starts.js";
import type { TextProblem } from "../text/problems.js";
import type { DesignNumbers, DesignState } from "./design-state.js";

const problemLimit = 1000;

/** Problems of this file; those of the others, and those without a place, stand on its first line as far as they are errors. */
export function designProblems(state: DesignState): readonly TextProblem[] {
  const { numbers } = state;
  if (numbers === undefined) return [];
  const found = new Map<string, TextProblem>();
  for (const problem of numbers.design.problems) {
    const shown = textProblem(state, numbers.told, problem);
    if (shown !== undefined) found.set(`${shown.code} ${shown.span.start} ${shown.message}`, shown);
    if (found.size >= problemLimit) break;
  }
  return [...found.values()];
}

function textProblem(
  { file, text }: DesignState,
  told: DesignNumbers["told"],
  { code, severity, message, place }: DesignProblem,
): TextProblem | undefined {
  if (place?.kind !== "source" || place.file !== file) {
    if (severity !== "error") return undefined;
    const where =
      place?.kind === "source" ? `${fileNameOf(place.file)}, line ${place.line + 1}: ` : "";
    return { code, severity, message: `${where}${message}`, span: firstLine(text) };
  }
  const old = spanOfRange(told.text, told.starts, place);
  const span = told.moved === undefined ? old : told.moved.toNew(old);
  return span && { code, severity, message, span };
}

function firstLine(text: string): { readonly start: number; readonly end: number } {
  const end = text.search(/\r|\n|$/);
  return { start: 0, end };
}
