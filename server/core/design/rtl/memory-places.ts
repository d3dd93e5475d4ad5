import type { SourceRange } from "../../base/text-span.js";
import type { NetModule, Netlist } from "./netlist.js";
import { type FileNames, readSrc } from "./source-names.js";

/** Where memories are declared, by their names with the instances before them: `row.fifo.mem`. */
export type MemoryPlaces = ReadonlyMap<string, SourceRange>;

/** Before the name of an array of registers, in an attribute of its module that says where it is declared. */
export const registersPlace = "ridgepoint_registers.";

/** Those in one module, and in a flattened one those of its instances: `mem` is the name of many. */
export function memoryPlaces(
  { modules }: Netlist,
  name: string,
  files: FileNames,
  isFlat: boolean,
): MemoryPlaces {
  const places = new Map<string, SourceRange>();
  const visit = (type: string, before: string, depth: number): void => {
    const module = modules.get(type);
    if (module === undefined || depth > depthLimit) return;
    for (const [memory, src] of declared(module)) {
      const [place] = readSrc(src, files);
      if (place !== undefined) places.set(before + plain(memory), place);
    }
    if (isFlat)
      for (const cell of module.cells)
        if (holders.has(cell.type)) visit(cell.type, `${before}${plain(cell.name)}.`, depth + 1);
  };
  const holders = modulesWithMemories(modules);
  visit(name, "", 0);
  return places;
}

/** Deeper than any design. */
const depthLimit = 64;

/** Of modules, those that have a memory in them or in their instances. */
function modulesWithMemories(modules: Netlist["modules"]): ReadonlySet<string> {
  const found = new Set<string>();
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const [name, module] of modules) {
      const holds = declared(module).length > 0 || module.cells.some(({ type }) => found.has(type));
      if (found.has(name) || !holds) continue;
      found.add(name);
      isChanged = true;
    }
  }
  return found;
}

/** Names and places of a module's memories and arrays of registers. */
function declared({ memories, attributes }: NetModule): readonly (readonly [string, string])[] {
  const registers = Object.entries(attributes).flatMap(([key, src]) =>
    key.startsWith(registersPlace) ? [[key.slice(registersPlace.length), src] as const] : [],
  );
  return [...memories.map(({ name, src }) => [name, src] as const), ...registers];
}

function plain(name: string): string {
  return name.replace(/^\\/, "");
}

/**
 * Memories lose their place; hard ones are named after what they are made from, `u.mem.0.1`, and those of flip-flops have words
 * as registers, `mem[37]`.
 */
export function memoryPlace(
  name: string,
  memories: MemoryPlaces,
  registers: readonly string[] = [],
): SourceRange | undefined {
  if (memories.size === 0) return undefined;
  for (const word of [name, ...registers].flatMap((one) => one.split("\\")))
    for (const { index } of word.matchAll(/[.[]|$/g)) {
      const place = memories.get(word.slice(0, index));
      if (place !== undefined) return place;
    }
  return undefined;
}
