import type { SourceRange } from "../../base/text-span.js";
import type { CellUse } from "./cell-use.js";
import type { LineLedger } from "./line-ledger.js";
import { type Counts, addCounts } from "./line-ledger.js";
import type { NetCell, NetModule } from "./netlist.js";
import { gatePlaces } from "./gate-places.js";
import { type MemoryPlaces, memoryPlace } from "./memory-places.js";
import type { NetPlaces } from "./net-places.js";
import { type FileNames, readSrc } from "./source-names.js";
import { isArithmetic } from "./timing-cells.js";
import type { RegisterLines } from "./register-lines.js";

/**
 * What one module's mapped cells take, by line. Flip-flops, DSPs, memories and carries have kept their place through the
 * mapping. LUTs have lost theirs: they are dealt out over the gates that they were made from, which still had one, in
 * proportion to what a gate is worth, so that the lines add up to the LUTs that there are.
 */
export function attributeModule(
  ledger: LineLedger,
  module: {
    readonly gates: NetModule | undefined;
    readonly cells: NetModule;
    /** Instances that all count. */
    readonly times: number;
  },
  context: {
    readonly files: FileNames;
    readonly registers: RegisterLines;
    readonly memories: MemoryPlaces;
    readonly nets: NetPlaces;
    readonly use: (type: string) => CellUse;
    /** Place of what has none. */
    readonly fallback: readonly SourceRange[];
  },
): Counts {
  const { registers, use, fallback } = context;
  const total: Counts = {};
  let logic: Counts = {};
  const names = registers.namesOf(module.cells);
  for (const cell of module.cells.cells) {
    const counts = use(cell.type);
    addCounts(total, counts);
    if (isLogic(counts)) {
      logic = {
        lut: (logic.lut ?? 0) + (counts.lut ?? 0),
        gate: (logic.gate ?? 0) + (counts.gate ?? 0),
      };
      continue;
    }
    if (Object.keys(counts).length === 0) continue;
    const places = placesOf(cell, counts, context, names.get(cell.name));
    const precise =
      counts.ff !== undefined || counts.latch !== undefined
        ? registers.refine(places, names.get(cell.name))
        : places;
    ledger.add(
      precise.length > 0 ? precise : fallback,
      timesCounts(counts, module.times),
      noteOf(cell, counts),
    );
  }
  dealOut(ledger, module, logic, context);
  return total;
}

function dealOut(
  ledger: LineLedger,
  module: { readonly gates: NetModule | undefined; readonly times: number },
  logic: Counts,
  {
    files,
    registers,
    memories,
    nets,
    fallback,
  }: {
    readonly files: FileNames;
    readonly registers: RegisterLines;
    readonly memories: MemoryPlaces;
    readonly nets: NetPlaces;
    readonly fallback: readonly SourceRange[];
  },
): void {
  const weights: { readonly places: readonly SourceRange[]; readonly weight: number }[] = [];
  let sum = 0;
  const names = module.gates && registers.namesOf(module.gates);
  const places =
    module.gates === undefined
      ? new Map<NetCell, never>()
      : gatePlaces(module.gates, files, {
          refine: (cell, places) => registers.refine(places, names?.get(cell.name)),
          memories,
          nets,
          names: names ?? new Map<string, readonly string[]>(),
        });
  for (const cell of module.gates?.cells ?? []) {
    const weight = gateWeight(cell);
    if (weight === 0) continue;
    weights.push({ places: places.get(cell) ?? fallback, weight });
    sum += weight;
  }
  if (sum === 0) {
    if ((logic.lut ?? 0) + (logic.gate ?? 0) > 0)
      ledger.add(fallback, timesCounts(logic, module.times));
    return;
  }
  for (const { places, weight } of weights)
    ledger.add(places, timesCounts(logic, (module.times * weight) / sum));
}

/** LUTs and combinational standard cells; memories made of LUTs are hard blocks here, they have kept their place. */
function isLogic(counts: CellUse): boolean {
  return (
    (counts.lut !== undefined || counts.gate !== undefined) &&
    counts.lutram === undefined &&
    counts.carry === undefined &&
    counts.ff === undefined &&
    counts.latch === undefined
  );
}

/** How much of a LUT a gate is worth, relative to others; inverters and buffers are free. */
function gateWeight({ type, connections, parameters }: NetCell): number {
  if (isArithmetic(type, parameters)) return 1;
  if (type === "$lut") return Math.max(1, (connections["A"]?.length ?? 1) - 1) / 4;
  const gate = /^\$_(\w+?)_$/.exec(type)?.[1];
  if (gate === undefined || /^(?:NOT|BUF)$/.test(gate)) return 0;
  if (/^(?:AND|OR|NAND|NOR|ANDNOT|ORNOT)$/.test(gate)) return 0.25;
  if (/^(?:XOR|XNOR)$/.test(gate)) return 0.5;
  if (/^N?MUX$/.test(gate)) return 0.5;
  if (/^MUX(?:4|8|16)$/.test(gate)) return Number(gate.slice(3)) / 4;
  return /^(?:AOI|OAI)/.test(gate) ? 0.5 : 0;
}

function placesOf(
  cell: NetCell,
  counts: CellUse,
  { files, memories }: { readonly files: FileNames; readonly memories: MemoryPlaces },
  registers: readonly string[] | undefined,
): readonly SourceRange[] {
  const places = readSrc(cell.attributes["src"], files);
  const memory = places.length > 0 ? undefined : memoryPlace(cell.name, memories, registers);
  if (memory !== undefined) return [memory];
  // A multiplier that has taken in its neighbours names them all; the multiplication is the first.
  return counts.dsp !== undefined || counts.bram !== undefined ? places.slice(0, 1) : places;
}

function noteOf({ type }: NetCell, counts: CellUse): string | undefined {
  return counts.dsp !== undefined ||
    counts.bram !== undefined ||
    counts.uram !== undefined ||
    counts.lutram !== undefined ||
    counts.latch !== undefined
    ? type.replace(/^[$\\]+/, "")
    : undefined;
}

export function timesCounts(counts: Counts, times: number): Counts {
  if (times === 1) return counts;
  const scaled: Counts = {};
  addCounts(scaled, counts, times);
  return scaled;
}
