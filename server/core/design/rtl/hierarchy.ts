import type { NetModule, Netlist } from "./netlist.js";

/** Instances of each module below the top, itself included, and of each of its children in one of it. */
export interface Hierarchy {
  readonly counts: ReadonlyMap<string, number>;
  readonly children: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export function hierarchyOf({ modules }: Netlist, top: string): Hierarchy {
  const children = new Map<string, Map<string, number>>();
  for (const [name, { cells }] of modules) {
    const inner = new Map<string, number>();
    for (const { type } of cells)
      if (modules.has(type) && !isLibraryCell(modules.get(type)))
        inner.set(type, (inner.get(type) ?? 0) + 1);
    children.set(name, inner);
  }
  const counts = new Map<string, number>();
  const visit = (name: string, times: number, depth: number): void => {
    if (depth > depthLimit) return;
    counts.set(name, (counts.get(name) ?? 0) + times);
    for (const [child, count] of children.get(name) ?? []) visit(child, times * count, depth + 1);
  };
  visit(top, 1, 0);
  return { counts, children };
}

/** Deeper than any design: recursion of instances has been refused before. */
const depthLimit = 64;

/** A cell of the family, which has a module that only says what its ports are. */
export function isLibraryCell(module: NetModule | undefined): boolean {
  return (
    module === undefined ||
    module.attributes["blackbox"] !== undefined ||
    module.attributes["whitebox"] !== undefined
  );
}

/** The name in the source: `$paramod$5f3a…\mac` and `$paramod\mac\W=s32'…` are `mac`, as is slang's `mac$top.unit.u_mac`. */
export function sourceName(module: Pick<NetModule, "name" | "attributes">): string {
  const given = module.attributes["hdlname"];
  if (given !== undefined && given !== "") return given.replace(/^\\/, "");
  const match = /^\$paramod(?:\$[0-9a-f]+)?\\([^\\]+)/.exec(module.name);
  return (
    match?.[1] ?? /^\\?([A-Za-z_]\w*)\$/.exec(module.name)?.[1] ?? module.name.replace(/^\\/, "")
  );
}

/** `mac(W=16)`, for people; where parameters are not known, by the first instance: `mac (row.u_mac)`. */
export function variantName(module: Pick<NetModule, "name" | "attributes">): string {
  const name = sourceName(module);
  const instance = /^\\?[A-Za-z_]\w*\$\w+\.(.+)$/.exec(module.name)?.[1];
  if (instance !== undefined) return `${name} (${instance})`;
  const settings = [...module.name.matchAll(/\\(\w+)=(?:[su]?\d*'?)([01xz]+|[^\\]+)/g)].map(
    (match) => `${match[1] ?? ""}=${valueText(match[2] ?? "")}`,
  );
  return settings.length === 0 ? name : `${name}(${settings.slice(0, 4).join(", ")})`;
}

function valueText(text: string): string {
  return /^[01]{1,53}$/.test(text) ? String(Number.parseInt(text, 2)) : text.slice(0, 16);
}
