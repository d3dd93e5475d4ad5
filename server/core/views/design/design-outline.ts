import { endOfLineAt } from "../../base/line-starts.js";
import type { OutlineItem } from "../text/outline.js";
import { type DesignState, lineNow, linesOfFile, loopsOfFile } from "./design-state.js";
import { cyclesText, usedTexts } from "./resource-text.js";
import type { Design } from "../../design/design.js";

/** Modules or functions with their costs, and in them blocks and loops. From the text alone while nothing is known. */
export function designOutline(state: DesignState, kind: Design["kind"]): readonly OutlineItem[] {
  const { numbers, text } = state;
  const anchors = state.anchors();
  const inner = innerItems(state);
  return anchors.map(({ name, span }, index): OutlineItem => {
    const next = anchors[index + 1]?.span.start ?? text.length;
    const whole = { start: span.start, end: endOf(text, span.start, next) };
    const module = numbers?.design.modules.find((candidate) => candidate.name === name);
    return {
      name,
      detail: module === undefined ? "" : usedTexts(module.whole).slice(0, 3).join(" · "),
      kind: kind === "rtl" ? "graph" : "function",
      span: whole,
      nameSpan: span,
      children: inner.filter(
        (item) => whole.start <= item.span.start && item.span.end <= whole.end,
      ),
    };
  });
}

function innerItems(state: DesignState): readonly OutlineItem[] {
  const { numbers } = state;
  if (numbers === undefined) return [];
  const blocks = linesOfFile(numbers, state.file)
    .filter(({ kind }) => kind === "block")
    .map(({ line, resources }) => ({
      line,
      label: "",
      detail: usedTexts(resources).slice(0, 2).join(" · "),
    }));
  const loops = loopsOfFile(numbers, state.file).map(({ line, label, latencyCycles }) => ({
    line,
    label,
    detail: latencyCycles === undefined ? "" : cyclesText(latencyCycles),
  }));
  return [...blocks, ...loops].flatMap(({ line, label, detail }): OutlineItem[] => {
    const span = lineNow(state, numbers, line);
    if (span === undefined) return [];
    const code = state.text.slice(span.start, span.end).slice(0, 60).trim();
    const name = label || code || "block";
    return [{ name, detail, kind: "node", span, nameSpan: span, children: [] }];
  });
}

/** Up to what ends it, else up to the next one. */
function endOf(text: string, start: number, next: number): number {
  const end = text.slice(start, next).search(/\bend(?:module|interface|package)\b/);
  if (end < 0) return Math.max(start, next > start ? lastCode(text, start, next) : start);
  return endOfLineAt(text, start + end);
}

function lastCode(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}
