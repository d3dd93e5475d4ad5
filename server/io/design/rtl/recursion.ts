import type { SourceRange } from "../../../core/base/text-span.js";
import { blanked } from "../../../core/design/blanked.js";
import { instanceWords, moduleBodies } from "./module-heads.js";

/**
 * The instance that closes a ring of modules which hold one another. Some recursions end, by a condition on a parameter; asked for
 * only after an elaboration that did not.
 */
export function recursiveInstance(texts: ReadonlyMap<string, string>): SourceRange | undefined {
  const bodies = new Map<string, Body>();
  for (const [file, text] of texts) {
    const whole = blanked(text);
    for (const [name, { head, body }] of moduleBodies(whole))
      bodies.set(name, { file, whole, start: head.end, code: body });
  }
  const children = new Map(
    [...bodies].map(([name, { code }]) => [
      name,
      instanceWords(code).filter((child) => bodies.has(child.name)),
    ]),
  );
  const ring = childInRing(children);
  const body = ring && bodies.get(ring.parent);
  if (ring === undefined || body === undefined) return undefined;
  const line = body.whole.slice(0, body.start + ring.at).split("\n").length - 1;
  return { file: body.file, line, character: 0, endLine: line + 1, endCharacter: 0 };
}

interface Body {
  readonly file: string;
  readonly whole: string;
  readonly start: number;
  readonly code: string;
}

/** The first instance of a ring on the way from a module to itself; without recursion, for chains are long. */
function childInRing(
  children: ReadonlyMap<string, readonly { readonly name: string; readonly at: number }[]>,
): { readonly parent: string; readonly at: number } | undefined {
  const done = new Set<string>();
  for (const root of children.keys()) {
    const open = new Set([root]);
    const way = [{ name: root, next: 0 }];
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const child = done.has(top.name) ? undefined : children.get(top.name)?.[top.next];
      top.next += 1;
      if (child === undefined) {
        done.add(top.name);
        open.delete(top.name);
        way.pop();
      } else if (open.has(child.name)) {
        const first = way.find(({ name }) => name === child.name) ?? top;
        const at = children.get(first.name)?.[first.next - 1]?.at ?? child.at;
        return { parent: first.name, at };
      } else {
        open.add(child.name);
        way.push({ name: child.name, next: 0 });
      }
    }
  }
  return undefined;
}

/** The first loop over instances or statements; where an endless one is most likely. */
export function firstLoop(
  file: string,
  text: string,
  words = "for|while|repeat|forever",
): SourceRange | undefined {
  const at = blanked(text).search(new RegExp(`\\b(?:${words})\\b`));
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
