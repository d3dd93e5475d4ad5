import { withoutUpperEnd } from "../amount.js";
import type { Design } from "../design.js";
import { hierarchyOf, sourceName } from "./hierarchy.js";
import type { Synthesis } from "./rtl-design.js";

/** A design some of whose modules no source defines: what holds an instance of them, at any depth, is counted as at least so much. */
export function withMissing(
  design: Design,
  { elaborated, top }: Pick<Synthesis, "elaborated" | "top">,
  missing: readonly string[],
): Design {
  if (missing.length === 0) return design;
  const { children } = hierarchyOf(elaborated, top);
  const absent = new Set(missing);
  const open = new Map<string, boolean>();
  const isOpen = (name: string): boolean => {
    const known = open.get(name);
    if (known !== undefined) return known;
    open.set(name, false);
    const cells = elaborated.modules.get(name)?.cells ?? [];
    const found =
      cells.some(({ type }) => absent.has(type)) ||
      [...(children.get(name)?.keys() ?? [])].some((child) => isOpen(child));
    open.set(name, found);
    return found;
  };
  const names = new Set(
    [...elaborated.modules.values()].filter(({ name }) => isOpen(name)).map(sourceName),
  );
  return {
    ...design,
    without: missing,
    total: design.total && withoutUpperEnd(design.total),
    modules: design.modules.map((module) =>
      names.has(module.name) ? { ...module, whole: withoutUpperEnd(module.whole) } : module,
    ),
  };
}
