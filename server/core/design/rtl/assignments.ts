import type { TextSpan } from "../../base/text-span.js";

/** An assignment to a name or a part of it, as it stands in the text. */
export interface Assignment {
  /** `q`, or `q[3:0]`. */
  readonly target: string;
  /** The name alone. */
  readonly name: string;
  readonly value: string;
  readonly valueSpan: TextSpan;
  /** With its `assign` or what declares its target, and its semicolon. */
  readonly span: TextSpan;
  /** What stands before the target: `assign`, a declaration, or nothing in a block. */
  readonly kind: "assign" | "declaration" | "block";
}

const pattern =
  /(?<=^|[;:)\n]|\bbegin|\belse|\bendcase|\bend)[ \t\r\n]*((?:(assign)\b|((?:wire|reg|logic|bit)\b[ \t]*(?:signed\b[ \t]*)?(?:\[[^\]\n]*\][ \t]*)*))?[ \t]*(([A-Za-z_]\w*)[ \t]*(?:\[[^\]=;\n]*\])?)[ \t]*<?=(?!=)[ \t\r\n]*)([^;]{1,2000});/g;

/** Of code without comments and strings. A comparison or a loop's step may look like one; its names then have no widths. */
export function assignmentsIn(code: string, span: TextSpan): readonly Assignment[] {
  const found: Assignment[] = [];
  for (const match of code.slice(span.start, span.end).matchAll(pattern)) {
    const [whole, before = "", assign, declaration, target = "", name = "", value = ""] = match;
    const end = span.start + match.index + whole.length;
    const start = end - 1 - value.length - before.length;
    found.push({
      target: target.trim(),
      name,
      value: value.trimEnd(),
      valueSpan: {
        start: end - 1 - value.length,
        end: end - 1 - value.length + value.trimEnd().length,
      },
      span: { start, end },
      kind: assign !== undefined ? "assign" : declaration !== undefined ? "declaration" : "block",
    });
  }
  return found;
}
