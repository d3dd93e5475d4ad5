import { blanked } from "../../blanked.js";
import { isVhdl } from "../../file-kinds.js";
import { sourceLine } from "../../places.js";
import type { DesignProblem } from "../../design.js";
import type { RtlRule } from "./rule.js";

/** A signal that is declared and then never spoken of. Its line can go; nothing is synthesised for it. */
export const rtlRule: RtlRule = {
  code: "RP5212",
  check: ({ texts }) => [...texts].flatMap(([file, text]) => unusedIn(file, text)),
};

function unusedIn(file: string, text: string): readonly DesignProblem[] {
  if (isVhdl(file) || /`(?:define|include)/.test(text)) return [];
  const code = withoutTypes(blanked(text));
  const words = new Map<string, number>();
  for (const [word] of code.matchAll(/[A-Za-z_]\w*/g)) words.set(word, (words.get(word) ?? 0) + 1);
  const problems: DesignProblem[] = [];
  const pattern =
    /^[ \t]*(?:wire|reg|logic|bit)\b[ \t]*(?:signed\b[ \t]*|unsigned\b[ \t]*)?(?:\[[^\]\n]*\][ \t]*)*((?:[A-Za-z_]\w*[ \t]*(?:\[[^\]\n]*\][ \t]*)*,?\s*)+);[ \t]*$/gm;
  for (const match of code.matchAll(pattern)) {
    if (isConditional(code, match.index)) continue;
    const list = match[1] ?? "";
    const listStart = match.index + match[0].indexOf(list, match[0].search(/\S/) + 3);
    const names = [...list.matchAll(/([A-Za-z_]\w*)[ \t]*(?:\[[^\]\n]*\][ \t]*)*/g)];
    for (const [at, found] of names.entries()) {
      const name = found[1] ?? "";
      if (words.get(name) !== 1) continue;
      const start = listStart + found.index;
      const line = code.slice(0, start).split("\n").length - 1;
      const next = names[at + 1];
      const before = names[at - 1];
      const span =
        next !== undefined
          ? { start, end: listStart + next.index }
          : before !== undefined
            ? {
                start: listStart + before.index + before[0].trimEnd().length,
                end: listStart + list.trimEnd().length,
              }
            : wholeLine(text, match.index);
      problems.push({
        code: "RP5212",
        severity: "hint",
        message: `\`${name}\` is declared and not used.`,
        place: sourceLine(
          file,
          line,
          names.length > 1 ? start - lineStart(code, start) : Math.max(0, match[0].search(/\S/)),
        ),
        fixes: [{ title: `Remove \`${name}\`: −0 LUT, −0 FF`, file, edits: [{ span, text: "" }] }],
      });
    }
  }
  return problems;
}

/** Members of types and what packages declare are there for others. */
function withoutTypes(code: string): string {
  return code.replace(
    /\b(?:struct|union)\b[^;{]*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\benum\b[^;{]*\{[^{}]*\}|\bpackage\b[\s\S]*?\bendpackage\b|\b(?:interface|class)\b[\s\S]*?\bend(?:interface|class)\b/g,
    (found) => found.replace(/[A-Za-z_](?=\w*)/g, "0"),
  );
}

/** Under a condition of the preprocessor, formal properties' signals for one: what is read there is another text. */
function isConditional(code: string, at: number): boolean {
  let depth = 0;
  for (const [, begins] of code.slice(0, at).matchAll(/^[ \t]*`(?:(ifn?def)|endif)\b/gm))
    depth += begins === undefined ? -1 : 1;
  return depth > 0;
}

function wholeLine(text: string, start: number): { readonly start: number; readonly end: number } {
  const end = text.indexOf("\n", start);
  return { start, end: end < 0 ? text.length : end + 1 };
}

function lineStart(code: string, at: number): number {
  return code.lastIndexOf("\n", at - 1) + 1;
}
