import { blanked } from "../../../core/design/blanked.js";

/** Modules of a source, in its order. */
export function modulesIn(text: string): readonly string[] {
  return [
    ...blanked(text).matchAll(/^\s*(?:module|macromodule)\s+(?:automatic\s+|static\s+)?(\w+)/gm),
  ].map((match) => match[1] ?? "");
}

/**
 * The module that a file is about: what none of its other modules makes an instance of; of several, the one that has the most
 * of the others below it, and of equal ones the last.
 */
export function topModule(text: string): string | undefined {
  const code = blanked(text);
  const names = modulesIn(text);
  if (names.length <= 1) return names[0];
  const bodies = new Map<string, string>();
  const starts = [
    ...code.matchAll(/^\s*(?:module|macromodule)\s+(?:automatic\s+|static\s+)?(\w+)/gm),
  ];
  starts.forEach((match, index) =>
    bodies.set(match[1] ?? "", code.slice(match.index, starts[index + 1]?.index ?? code.length)),
  );
  const children = new Map(
    [...bodies].map(([name, body]) => [
      name,
      names.filter(
        (other) =>
          other !== name &&
          new RegExp(`^\\s*${other}\\s*(?:#|[\\w\\\\]+\\s*(?:\\[[^\\]]*\\]\\s*)?\\()`, "m").test(
            body,
          ),
      ),
    ]),
  );
  const used = new Set([...children.values()].flat());
  const size = (name: string, seen: Set<string>): number => {
    if (seen.has(name)) return 0;
    seen.add(name);
    return (children.get(name) ?? []).reduce((sum, child) => sum + 1 + size(child, seen), 0);
  };
  const candidates = names.filter((name) => !used.has(name));
  return (candidates.length > 0 ? candidates : names).reduce((best, name) =>
    size(name, new Set()) >= size(best, new Set()) ? name : best,
  );
}
