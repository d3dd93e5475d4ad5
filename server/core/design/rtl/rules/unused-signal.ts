import { blanked } from "../../blanked.js";
import { sourceLine } from "../../places.js";
import type { DesignProblem } from "../../design.js";
import type { RtlRule } from "./rule.js";

/** A signal that is declared and then never spoken of. Its line can go; nothing is synthesised for it. */
export const rtlRule: RtlRule = {
  code: "RP5212",
  check: ({ texts }) => [...texts].flatMap(([file, text]) => unusedIn(file, text)),
};

function unusedIn(file: string, text: string): readonly DesignProblem[] {
  if (/\.vhdl?$/i.test(file) || /`(?:define|include)/.test(text)) return [];
  const code = blanked(text);
  const words = new Map<string, number>();
  for (const [word] of code.matchAll(/[A-Za-z_]\w*/g)) words.set(word, (words.get(word) ?? 0) + 1);
  const problems: DesignProblem[] = [];
  const pattern =
    /^[ \t]*(?:wire|reg|logic|bit)\b[ \t]*(?:signed\b[ \t]*|unsigned\b[ \t]*)?(?:\[[^\]\n]*\][ \t]*)*([A-Za-z_]\w*)[ \t]*(?:\[[^\]\n]*\][ \t]*)*;[ \t]*$/gm;
  for (const match of code.matchAll(pattern)) {
    const name = match[1] ?? "";
    if (words.get(name) !== 1) continue;
    const line = code.slice(0, match.index).split("\n").length - 1;
    const indent = match[0].search(/\S/);
    const start = match.index;
    const end = text.indexOf("\n", start);
    problems.push({
      code: "RP5212",
      severity: "hint",
      message: `\`${name}\` is declared and not used.`,
      place: sourceLine(file, line, Math.max(0, indent)),
      fixes: [
        {
          title: `Remove \`${name}\`: −0 LUT, −0 FF`,
          file,
          edits: [{ span: { start, end: end < 0 ? text.length : end + 1 }, text: "" }],
        },
      ],
    });
  }
  return problems;
}
