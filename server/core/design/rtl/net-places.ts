import type { SourceRange } from "../../base/text-span.js";
import type { NetModule } from "./netlist.js";
import { type FileNames, readSrc } from "./source-names.js";

/** Where named signals are calculated, by their names without the instances before them. */
export type NetPlaces = ReadonlyMap<string, readonly SourceRange[]>;

/**
 * From what drives them after elaboration, which still knows its lines: merged sums and products (`alumacc`) lose theirs. Names that
 * several modules give to different things are left out.
 */
export function netPlaces(modules: Iterable<NetModule>, files: FileNames): NetPlaces {
  const found = new Map<string, readonly SourceRange[]>();
  const twice = new Set<string>();
  for (const { cells, netNames } of modules) {
    const drivers = new Map<number, string>();
    for (const { connections, attributes } of cells)
      for (const bit of connections["Y"] ?? [])
        if (typeof bit === "number") drivers.set(bit, attributes["src"] ?? "");
    for (const { name, bits, isHidden } of netNames) {
      const sources = new Set(bits.map((bit) => drivers.get(Number(bit))));
      const [src] = sources;
      if (isHidden || sources.size !== 1 || src === undefined) continue;
      const key = lastName(name);
      if (found.has(key)) twice.add(key);
      found.set(key, readSrc(src, files));
    }
  }
  for (const key of twice) found.delete(key);
  return found;
}

/** `sum` of `u.row.sum`, as it is called once hierarchy is gone. */
export function lastName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).replace(/^\\/, "");
}
