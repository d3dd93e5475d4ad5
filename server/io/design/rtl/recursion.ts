import type { SourceRange } from "../../../core/base/text-span.js";
import { blanked } from "../../../core/design/blanked.js";

/**
 * The instance that closes a ring of modules which hold one another. Some recursions end, by a condition on a parameter; asked for
 * only after an elaboration that did not.
 */
export function recursiveInstance(texts: ReadonlyMap<string, string>): SourceRange | undefined {
  const bodies = new Map<
    string,
    { readonly file: string; readonly code: string; readonly start: number; readonly whole: string }
  >();
  for (const [file, text] of texts) {
    const code = blanked(text);
    const starts = [
      ...code.matchAll(/^[ \t]*(?:module|macromodule)\s+(?:automatic\s+|static\s+)?(\w+)/gm),
    ];
    starts.forEach((match, index) => {
      const start = match.index + match[0].length;
      const end = starts[index + 1]?.index ?? code.length;
      bodies.set(match[1] ?? "", { file, code: code.slice(start, end), start, whole: code });
    });
  }
  const children = new Map(
    [...bodies].map(([name, { code }]) => [
      name,
      [
        ...code.matchAll(
          /(?<=^|[;)]|\bbegin|\belse)\s*(\b\w+)(?:\s*#\s*\(|\s+\w+\s*(?:\[[^\]\n]*\]\s*)?\()/gm,
        ),
      ]
        .map((match) => ({ name: match[1] ?? "", at: match.index + match[0].search(/\w/) }))
        .filter((child) => bodies.has(child.name)),
    ]),
  );
  const reaches = (from: string, wanted: string, seen: Set<string>): boolean => {
    if (from === wanted) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (children.get(from) ?? []).some((child) => reaches(child.name, wanted, seen));
  };
  for (const [name, inner] of children)
    for (const child of inner) {
      const body = bodies.get(name);
      if (body === undefined || !reaches(child.name, name, new Set())) continue;
      const line = body.whole.slice(0, body.start + child.at).split("\n").length - 1;
      return { file: body.file, line, character: 0, endLine: line + 1, endCharacter: 0 };
    }
  return undefined;
}

/** The first loop over instances or statements; where an endless one is most likely. */
export function firstLoop(file: string, text: string): SourceRange | undefined {
  const at = blanked(text).search(/\b(?:for|while|repeat|forever)\b/);
  if (at < 0) return undefined;
  const line = text.slice(0, at).split("\n").length - 1;
  return { file, line, character: 0, endLine: line + 1, endCharacter: 0 };
}

/** A `for` whose step leaves its variable as it is: elaboration would unroll it for ever. */
export function endlessLoop(file: string, text: string): SourceRange | undefined {
  const code = blanked(text);
  const at = code.search(/\bfor\s*\([^;()]*;[^;()]*;\s*(\w+)\s*=\s*\1\s*(?:[-+]\s*0\s*)?\)/);
  if (at < 0) return undefined;
  const line = code.slice(0, at).split("\n").length - 1;
  return { file, line, character: 0, endLine: line + 1, endCharacter: 0 };
}
