import { blanked } from "../../../core/design/blanked.js";
import { moduleBodies } from "./module-heads.js";
import { type TextEdit, withEdits } from "./text-edits.js";

/**
 * Ports that are arrays, `input logic [7:0] a [4]`, and the arrays that are connected to ports as a whole, with all their extents in
 * front, `input logic [3:0][7:0] a`: the engine has no arrays at ports (Yosys 0.55). An element is the same number in both. Signed
 * elements would lose their sign and are left, as is a module in which an array is used in any other way than by element or whole.
 */
export function withPackedArrays(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const types = [...texts.values()].flatMap(unsignedTypes);
  const word = ["wire", "reg", "logic", "bit", "var", ...new Set(types)].join("|");
  const pattern = new RegExp(
    `\\b((?:input|output|inout)\\s+)?((?:(?:\\w+::)?(?:${word})\\s+)+)((?:\\[[^\\]]*\\]\\s*)*)([A-Za-z_]\\w*)\\s*((?:\\[[^\\]]*\\]\\s*)+)(?=[,;)])`,
    "g",
  );
  return new Map([...texts].map(([name, text]) => [name, packed(text, pattern)]));
}

/** Names of types with a width and without a sign. */
function unsignedTypes(text: string): readonly string[] {
  if (!/\btypedef\b/.test(text)) return [];
  return [
    ...blanked(text).matchAll(
      /\btypedef\s+(?:(?:logic|bit|reg)\b(?!\s+signed)[^;{}]*?|(?:struct|union|enum)\b[^;{]*\{[^}]*\}\s*)\b([A-Za-z_]\w*)\s*;/g,
    ),
  ].map(([, name = ""]) => name);
}

function packed(text: string, pattern: RegExp): string {
  if (!mayHaveArrays.test(text)) return text;
  const code = blanked(text);
  const edits: TextEdit[] = [];
  for (const { head, body } of moduleBodies(code).values())
    for (const edit of arrayEdits(body, pattern))
      edits.push({ start: head.end + edit.start, end: head.end + edit.end, text: edit.text });
  return withEdits(text, edits);
}

/** Of a module: each is looked for in all of its text. */
const arrayLimit = 200;

/** Extents behind the name of a port, or of something that is declared by itself. */
const mayHaveArrays = /\b[A-Za-z_]\w*\s*\[[^\];]*\]\s*[,;)]/;

/** Each declaration of one array: a type that has a width, its name, and extents behind it. */
function arrayEdits(body: string, pattern: RegExp): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  const wholes = new Set(
    [...body.matchAll(/\.\w+\s*\(\s*([A-Za-z_]\w*)\s*\)/g)].map(([, name]) => name),
  );
  for (const match of body.matchAll(pattern)) {
    if (edits.length >= arrayLimit) break;
    const [whole, direction, types = "", widths = "", name = "", extents = ""] = match;
    const isPort = direction !== undefined;
    const isWhole = wholes.has(name);
    // Several names behind one type would all change.
    if (body[match.index + whole.length] === "," && !isPort) continue;
    if ((!isPort && !isWhole) || !isByElement(body, name, match.index, whole.length)) continue;
    const dimensions = [...extents.matchAll(/\[([^\]]*)\]/g)].map(([, extent = ""]) =>
      extent.includes(":") ? `[${extent}]` : `[(${extent.trim()})-1:0]`,
    );
    const start = match.index + (direction ?? "").length + types.length;
    edits.push({
      start,
      end: match.index + whole.length,
      text: `${dimensions.join("")}${widths}${name} `,
    });
  }
  return edits;
}

/** Whether every use of a name is one of an element or of the whole as a connection. */
function isByElement(body: string, name: string, at: number, length: number): boolean {
  const rest = body.slice(0, at) + " ".repeat(length) + body.slice(at + length);
  return [...rest.matchAll(new RegExp(`(?<![\\w.$\`'])${name}\\b`, "g"))].every(({ index }) => {
    const behind = rest.slice(index + name.length);
    const before = rest.slice(Math.max(0, index - 80), index);
    return (
      /^\s*\[[^\]:]*\]/.test(behind) || (/\.\w+\s*\(\s*$/.test(before) && /^\s*\)/.test(behind))
    );
  });
}
