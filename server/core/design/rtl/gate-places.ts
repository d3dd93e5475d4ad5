import type { SourceRange } from "../../base/text-span.js";
import type { NetCell, NetModule } from "./netlist.js";
import { type FileNames, readSrc } from "./source-names.js";

/** What the synthesis made up stands where what reads it stands, else where what it reads does. */
const rounds = 12;

/** Where memories are declared, by their names. */
export type MemoryPlaces = ReadonlyMap<string, SourceRange>;

/** Memories are named after what they are made from, and lose their place: `u.mem.0.1`. */
export function memoryPlace({ name }: NetCell, memories: MemoryPlaces): SourceRange | undefined {
  if (memories.size === 0) return undefined;
  for (const word of name.split(/[.\\]/)) {
    const place = memories.get(word);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Places of gates; those without one of their own take their neighbours'. */
export function gatePlaces(
  { cells }: NetModule,
  files: FileNames,
  more: {
    /** The line of a flip-flop, whose own place is its whole block. */
    readonly refine: (cell: NetCell, places: readonly SourceRange[]) => readonly SourceRange[];
    readonly memories: MemoryPlaces;
  },
): ReadonlyMap<NetCell, readonly SourceRange[]> {
  const places = new Map<NetCell, readonly SourceRange[]>();
  const parsed = new Map<string, readonly SourceRange[]>();
  let open: NetCell[] = [];
  for (const cell of cells) {
    const src = cell.attributes["src"] ?? "";
    let found = parsed.get(src);
    if (found === undefined) parsed.set(src, (found = readSrc(src, files)));
    const memory = found.length > 0 ? undefined : memoryPlace(cell, more.memories);
    if (found.length > 0)
      places.set(cell, cell.connections["Q"] === undefined ? found : more.refine(cell, found));
    else if (memory !== undefined) places.set(cell, [memory]);
    else open.push(cell);
  }
  if (open.length === 0) return places;
  const readers = new Map<number, NetCell[]>();
  const drivers = new Map<number, NetCell>();
  for (const cell of cells)
    for (const [port, bits] of Object.entries(cell.connections))
      for (const bit of bits) {
        if (typeof bit !== "number") continue;
        if (isOutput(cell, port)) drivers.set(bit, cell);
        else {
          const known = readers.get(bit);
          if (known === undefined) readers.set(bit, [cell]);
          else if (known.length < 8) known.push(cell);
        }
      }
  for (let round = 0; round < rounds && open.length > 0; round += 1) {
    const still: NetCell[] = [];
    const found: [NetCell, readonly SourceRange[]][] = [];
    for (const cell of open) {
      const near = neighbourPlace(cell, { places, readers, drivers });
      if (near === undefined) still.push(cell);
      else found.push([cell, near]);
    }
    for (const [cell, near] of found) places.set(cell, near);
    if (found.length === 0) break;
    open = still;
  }
  return places;
}

function neighbourPlace(
  cell: NetCell,
  {
    places,
    readers,
    drivers,
  }: {
    readonly places: ReadonlyMap<NetCell, readonly SourceRange[]>;
    readonly readers: ReadonlyMap<number, readonly NetCell[]>;
    readonly drivers: ReadonlyMap<number, NetCell>;
  },
): readonly SourceRange[] | undefined {
  let before: readonly SourceRange[] | undefined;
  for (const [port, bits] of Object.entries(cell.connections))
    for (const bit of bits) {
      if (typeof bit !== "number") continue;
      if (!isOutput(cell, port)) {
        const driver = drivers.get(bit);
        before ??= driver && places.get(driver);
        continue;
      }
      for (const reader of readers.get(bit) ?? []) {
        const after = places.get(reader);
        if (after !== undefined) return after;
      }
    }
  return before;
}

function isOutput(cell: NetCell, port: string): boolean {
  const said = cell.directions[port];
  return said === undefined ? /^(?:Y|Q|O|CO)$/.test(port) : said === "output";
}
