import type { DesignProblem } from "../design/design.js";

const mostNamed = 8;

/** Words for layers that no layer bears the name of: they would change nothing, and nobody would know. */
export function unknownLayers(
  asked: Iterable<string>,
  isKnown: (name: string) => boolean,
  names: readonly string[],
): readonly DesignProblem[] {
  const unknown = [...asked].filter((name) => !isKnown(name));
  if (unknown.length === 0) return [];
  const named = names.filter((name) => name !== "");
  const known = named.slice(0, mostNamed).map((name) => `\`${name}\``);
  const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : "";
  return [
    {
      code: "RP5349",
      severity: "warning",
      message: `No layer is named ${unknown.map((name) => `\`${name}\``).join(", ")}, so that what is said of it changes nothing; there are ${known.join(", ")}${more}.`,
    },
  ];
}
