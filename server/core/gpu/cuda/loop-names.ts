import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import type { Machine } from "./machine.js";

/** Names that are assigned anywhere in a loop. */
export function assignedNames(m: Machine, node: CppNode): readonly string[] {
  const names = new Set<string>();
  const base = (target: CppNode | undefined): void => {
    let at = target;
    while (at !== undefined && at.type !== "identifier")
      at =
        at.type === "parenthesized_expression" ||
        at.type === "subscript_expression" ||
        at.type === "pointer_expression"
          ? (fieldOf(at, "argument") ?? at.children[0])
          : undefined;
    if (at !== undefined) names.add(m.text(at));
  };
  const visit = (at: CppNode): void => {
    if (at.type === "assignment_expression") base(fieldOf(at, "left"));
    if (at.type === "update_expression") base(fieldOf(at, "argument"));
    if (at.type === "call_expression")
      for (const argument of fieldOf(at, "arguments")?.children ?? [])
        if (argument.type === "identifier" || argument.type === "pointer_expression")
          base(argument);
    at.children.forEach(visit);
  };
  node.children.filter(({ field }) => field !== "initializer").forEach(visit);
  return [...names];
}

export function namesIn(m: Machine, node: CppNode): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (at: CppNode): void => {
    if (at.type === "identifier") names.add(m.text(at));
    at.children.forEach(visit);
  };
  visit(node);
  return names;
}

/** `#pragma unroll 4` on the lines above: 4; without a number: as many turns as there are; 0: none. */
export function pragmaUnroll(m: Machine, node: CppNode): number {
  const before = m.unit.file.text.slice(Math.max(0, node.start - 120), node.start);
  const found = /#\s*pragma\s+unroll\b[ \t]*\(?[ \t]*(\w*)[^\n]*\n[ \t]*$/.exec(before);
  if (found === null) return 0;
  const word = found[1] ?? "";
  if (word === "") return 32;
  const number = Number(word);
  return Number.isFinite(number) && number > 0 ? number : 32;
}

/** `// ridgepoint: times=12` on the loop's line, or on the one above. */
export function pinnedTurns(m: Machine, node: CppNode): number | undefined {
  const { text } = m.unit.file;
  const start = text.lastIndexOf("\n", text.lastIndexOf("\n", node.start) - 1) + 1;
  const end = text.indexOf("\n", node.start);
  const around = text.slice(start, end === -1 ? text.length : end);
  const found = /\/\/\s*ridgepoint:[^\n]*\btimes\s*=\s*(\d+)/.exec(around);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
