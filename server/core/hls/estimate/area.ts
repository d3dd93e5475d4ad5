import type { RegionUse, Timing } from "./timing.js";
import type { AreaCosts, HlsProfile } from "./profile.js";
import type { OperatorCount } from "./schedule.js";

/** Hardware as the tool itself would report it: estimates before synthesis. */
export interface Area {
  readonly dsp: number;
  readonly lut: number;
  readonly ff: number;
  /** Block RAMs of 18 Kb. */
  readonly bram18: number;
}

/** Instances of one operator. */
export interface Units {
  readonly operator: OperatorCount;
  readonly count: number;
}

/**
 * Operators of regions that run after one another are shared where they are large; in one region, each starts as often
 * as the interval lets it (binding of UG1399, "Resource sharing"). Copies of an outermost loop are a function of their own,
 * which shares with no other (published designs of fdtd-2d: DSPs grow by a copy's for each copy).
 */
export function unitsOf(timing: Timing): readonly Units[] {
  const units = new Map<string, Units>();
  // Processes of a dataflow region run at the same time.
  const nestOf = ({ copies, nest, process }: RegionUse): string =>
    `${copies > 1 ? nest : ""} ${process ?? ""}`;
  for (const place of new Set(timing.regions.map(nestOf)))
    for (const [key, one] of sharedUnits(timing.regions.filter((own) => nestOf(own) === place)))
      units.set(key, { ...one, count: (units.get(key)?.count ?? 0) + one.count });
  return [...units.values()];
}

function sharedUnits(regions: readonly RegionUse[]): ReadonlyMap<string, Units> {
  const units = new Map<string, Units>();
  for (const region of regions) {
    const inRegion = new Map<string, Units>();
    for (const operator of region.operators) {
      const key = unitKey(operator);
      const before = inRegion.get(key)?.count ?? 0;
      const count =
        (isShared(operator) ? Math.ceil(operator.count / region.interval) : operator.count) *
        region.copies;
      inRegion.set(key, { operator, count: before + count });
    }
    for (const [key, one] of inRegion) {
      const known = units.get(key)?.count ?? 0;
      const count = isShared(one.operator) ? Math.max(known, one.count) : known + one.count;
      units.set(key, { operator: one.operator, count });
    }
  }
  return units;
}

/** Operators of one key can take turns at one unit. */
export function unitKey({ op, types }: OperatorCount): string {
  return [op, ...types.map(({ kind, bits, lanes = 1 }) => `${kind}${bits}x${lanes}`)].join();
}

function isShared({ cost }: OperatorCount): boolean {
  return cost.dsp > 0 || cost.latency > 2;
}

export interface AreaParts {
  readonly units: readonly Units[];
  /** Banks of each array, and the block RAMs that they take. */
  readonly memories: readonly Memory[];
  /** Interfaces to memory. */
  readonly portCount: number;
  readonly loopCount: number;
  /** Of choosing among the registers of vectors. */
  readonly choiceLut: number;
}

export interface Memory {
  readonly name: string;
  readonly banks: number;
  readonly bram18: number;
}

/** Widths and depths of a block RAM of 18 Kb (UG573, table 1-1). */
const aspects = [
  [36, 512],
  [18, 1024],
  [9, 2048],
  [4, 4096],
  [2, 8192],
  [1, 16_384],
] as const;

/** A bank of few bits is made of LUTs; others take whole block RAMs. */
export function memoryOf(
  name: string,
  words: number,
  bits: number,
  banks: number,
  profile: HlsProfile,
): Memory {
  if (banks >= words) return { name, banks, bram18: 0 };
  const perBank = Math.ceil(words / banks);
  if (perBank * bits <= profile.lutRamBits) return { name, banks, bram18: 0 };
  const each = Math.min(
    ...aspects.map(([width, depth]) => Math.ceil(bits / width) * Math.ceil(perBank / depth)),
  );
  return { name, banks, bram18: banks * each };
}

export function areaOf(parts: AreaParts, area: AreaCosts): Area {
  let dsp = 0;
  let lut = 0;
  let ff = 0;
  for (const { operator, count } of parts.units) {
    dsp += operator.cost.dsp * count;
    lut += operator.cost.lut * count;
    ff += operator.cost.ff * count;
  }
  const banks = parts.memories.reduce((sum, memory) => sum + memory.banks, 0);
  const ports = parts.portCount;
  return {
    dsp,
    lut:
      area.baseLut +
      lut +
      parts.choiceLut +
      area.lutPerBank * banks +
      area.lutPerPort * ports +
      area.lutPerLoop * parts.loopCount,
    ff:
      area.baseFf +
      ff +
      area.ffPerBank * banks +
      area.ffPerPort * ports +
      area.ffPerLoop * parts.loopCount,
    bram18:
      area.bramBase +
      parts.memories.reduce((sum, memory) => sum + memory.bram18, 0) +
      area.bramPerPort * ports,
  };
}
