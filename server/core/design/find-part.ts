import type { ChosenPart, PartFamily } from "./part.js";

/** Undefined when no part or family is called so. The longest id that the text begins with counts: `xc7a35t` before `xc7a3`. */
export function findPart(families: readonly PartFamily[], text: string): ChosenPart | undefined {
  // Parts for defence (`xq`) and cars (`xa`) are the same silicon as the commercial ones.
  const wanted = text
    .trim()
    .toLowerCase()
    .replace(/^x[aq](?=[c7]|[kv]u|z)/, "xc");
  const family = families.find(({ id }) => id === wanted);
  if (family !== undefined) return { family, part: undefined, speedGrade: undefined };
  let best: ChosenPart | undefined;
  for (const family of families)
    for (const part of family.parts) {
      if (!wanted.startsWith(part.id) || part.id.length <= (best?.part?.id.length ?? 0)) continue;
      best = { family, part, speedGrade: gradeOf(wanted.slice(part.id.length)) };
    }
  return best;
}

/** `csg324-1`, `-2-e`, `-fbg676-3`: the digit of the grade. */
function gradeOf(rest: string): string | undefined {
  return /-(\d)(?:[a-z]|-|$)/.exec(rest)?.[1];
}

export function unknownPartMessage(families: readonly PartFamily[], text: string): string {
  const start = text.toLowerCase().slice(0, 4);
  const all = families.flatMap(({ id, parts }) => [...parts.map((part) => part.id), id]);
  const near = all.filter((id) => id.startsWith(start));
  const shown = (near.length > 0 ? near : families.map(({ id }) => id)).slice(0, 12);
  return `Part \`${text}\` is not known; there are ${shown.join(", ")}${shown.length < all.length ? ", …" : ""}.`;
}
