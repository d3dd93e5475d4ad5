import type { Accelerator, ArrayEngine } from "./accelerator.js";
import { attentionCascades, type CascadeOperation, type Einsum } from "./cascade.js";

export interface AttentionExtents {
  /** Problems of their own: texts × heads of keys. */
  readonly groups: number;
  /** Of one group: queries of all heads that share its keys. */
  readonly queries: number;
  readonly keys: number;
  readonly valueSize: number;
}

export interface AttentionWork {
  readonly arrayCycles: number;
  readonly vectorCycles: number;
  /** With one step of a block after the other, as far as one waits for the other. */
  readonly sequentialCycles: number;
  /** Operations of the softmax on elements, and those of them that multiply. */
  readonly arraySteps: number;
  readonly arrayMultiplies: number;
  readonly vectorOperations: number;
  /** Tensors of scores that vector units read from a buffer and write there, in scores. */
  readonly scoreReads: number;
  readonly scoreWrites: number;
}

/**
 * Cycles of array and vector units on the Einsums of attention's cascade (Nayak et al., "FuseMax", MICRO 2024, sections IV and V):
 * products are the array's; what goes through all scores may be the array's too, an element for each score of a block of rows ×
 * columns, and what is left, one value a query or a query and value, is the vector units'. A block's order is that of the cascade.
 */
export function attentionCycles(
  { vectorLanes, cores }: Accelerator,
  engine: ArrayEngine,
  extents: AttentionExtents,
  given: { readonly products: readonly [number, number]; readonly moreOperations: number },
): AttentionWork {
  const { cascade, keys } = attentionCascades[engine.attentionPasses];
  const { groups, queries } = extents;
  const lanes = vectorLanes * cores;
  const blocksOfKeys = Math.ceil(extents.keys / engine.rows);
  const isBlocked = keys === "m1";
  const sizes: Readonly<Record<string, number>> = {
    p: groups * queries,
    f: extents.valueSize,
    m: extents.keys,
    m1: blocksOfKeys,
    m0: extents.keys / blocksOfKeys,
  };
  const blocks = (groups * blocksOfKeys * Math.ceil(queries / engine.columns)) / cores;
  const ranksOf = new Map<string, readonly string[]>(Object.entries(cascade.inputs));
  const isScores = (name: string): boolean => {
    const ranks = ranksOf.get(name) ?? [];
    return ranks.includes("p") && ranks.includes(isBlocked ? "m0" : "m");
  };

  const schedule = new Schedule();
  let [arraySteps, arrayMultiplies, vectorOperations] = [0, 0, given.moreOperations];
  let [scoreReads, scoreWrites] = [0, 0];
  let productIndex = 0;
  for (const einsum of inOrder(cascade.einsums, isBlocked)) {
    ranksOf.set(einsum.makes, einsum.ranks);
    if (einsum.operation === "product") {
      schedule.add(einsum, "array", given.products[productIndex] ?? 0);
      productIndex += 1;
      continue;
    }
    const steps = einsum.operation === "exponential" ? engine.exponentialCycles : 1;
    const points = pointsOf(einsum, ranksOf, sizes);
    const fibres = einsum.from.filter(isScores);
    const touchesScores = fibres.length > 0;
    if (touchesScores && engine.softmaxOn === "array" && einsum.operation !== "divide") {
      // A maximum passes down a column of elements before the next exponential can start.
      const wait = einsum.operation === "maximum" ? blocks * engine.rows : 0;
      schedule.add(einsum, "array", blocks * steps, wait);
      arraySteps += points * steps;
      if (einsum.operation === "exponential") arrayMultiplies += points * (steps - 1);
      continue;
    }
    schedule.add(einsum, "vector", (points * steps) / lanes);
    vectorOperations += points * steps;
    if (!touchesScores) continue;
    scoreReads += fibres.length;
    if (isScores(einsum.makes)) scoreWrites += 1;
  }
  const more = given.moreOperations / lanes;
  return {
    arrayCycles: schedule.busy("array"),
    vectorCycles: schedule.busy("vector") + more,
    sequentialCycles: schedule.end + more,
    arraySteps,
    arrayMultiplies,
    vectorOperations,
    scoreReads: scoreReads * groups * queries * extents.keys,
    scoreWrites: scoreWrites * groups * queries * extents.keys,
  };
}

/** The division of an online softmax is the block's of queries before: it comes while the next one's first product runs. */
function inOrder(einsums: readonly Einsum[], isBlocked: boolean): readonly Einsum[] {
  const last = einsums.at(-1);
  return isBlocked && last !== undefined ? [last, ...einsums.slice(0, -1)] : einsums;
}

/** Elements that it computes: reductions go through what they reduce. */
function pointsOf(
  { makes, ranks, from, operation }: Einsum,
  ranksOf: ReadonlyMap<string, readonly string[]>,
  sizes: Readonly<Record<string, number>>,
): number {
  const names = isElementwise.has(operation)
    ? ranks
    : [...from, makes].flatMap((name) => ranksOf.get(name) ?? []);
  let points = 1;
  for (const rank of new Set(names)) points *= sizes[rank] ?? 1;
  return points;
}

const isElementwise: ReadonlySet<CascadeOperation> = new Set(["exponential", "multiply", "divide"]);

type Unit = "array" | "vector";

/** Einsums on two units in their order, each when its unit is free and what it is made from is there. */
class Schedule {
  end = 0;
  private readonly free: Record<Unit, number> = { array: 0, vector: 0 };
  private readonly sum: Record<Unit, number> = { array: 0, vector: 0 };
  private readonly madeAt = new Map<string, number>();

  add({ makes, from }: Einsum, unit: Unit, cycles: number, wait = 0): void {
    const start = Math.max(
      this.free[unit],
      ...from.map((name) => (name === makes ? 0 : (this.madeAt.get(name) ?? 0))),
    );
    this.free[unit] = start + cycles;
    this.sum[unit] += cycles;
    this.madeAt.set(makes, start + cycles + wait);
    this.end = Math.max(this.end, start + cycles);
  }

  busy(unit: Unit): number {
    return this.sum[unit];
  }
}
