/**
 * What all trees of a forest answer to their questions, at once (after Lucchese et al. 2015, "QuickScorer: a Fast Algorithm
 * to Rank Documents with Additive Ensembles of Regression Trees"). All that matters of a feature is between which cuts it
 * lies. For each such interval there is a row of bits, those of the questions that it answers with yes, and a row
 * for each feature makes up the answers. What the bits are, and how rows are put together, is the forest's own.
 */
export interface CutRows {
  /** By feature; undefined where no tree asks for it. */
  readonly slots: readonly (Slot | undefined)[];
  readonly asked: readonly Slot[];
  readonly wordCount: number;
  /** Words of all rows; the first row is empty. */
  readonly size: number;
  /** `chooseRows` leaves the places of the chosen rows here: filled up with the empty row. */
  readonly chosen: Int32Array;
}

interface Slot {
  readonly feature: number;
  /** Ascending, and infinity behind the last. */
  readonly cuts: Float64Array;
  /** Cuts in earlier cells of equal width: where the search for an interval begins. */
  readonly below: Uint8Array;
  readonly cellsPerUnit: number;
  /** Place of its first row. */
  readonly row: number;
}

/**
 * Rows take longer to make than some walks from node to node take: a forest is asked that often before it gets them. Most
 * of a target's forests are asked for a few kernels of one model.
 */
export function afterWalks<Rows>(make: () => Rows): () => Rows | undefined {
  let walks = 0;
  let made: Rows | undefined;
  return () => {
    if (made !== undefined) return made;
    walks += 1;
    return walks > walksBeforeRows ? (made = make()) : undefined;
  };
}

const walksBeforeRows = 16;

/** `cuts`: those of each feature, ascending. `group`: how many rows the forest takes at a time. */
export function cutRowsOf(
  cuts: readonly (readonly number[])[],
  { wordCount, group }: { readonly wordCount: number; readonly group: number },
): CutRows {
  let size = wordCount;
  const slots = cuts.map((list, feature) => {
    if (list.length === 0) return undefined;
    const slot = slotOf(feature, list, size);
    size += slot.cuts.length * wordCount;
    return slot;
  });
  const asked = slots.filter((slot) => slot !== undefined);
  const chosen = new Int32Array(group * Math.ceil(asked.length / group));
  return { slots, asked, wordCount, size, chosen };
}

/** Where the bits of a question begin: the first row of what exceeds this cut. */
export function placeOf({ slots, wordCount }: CutRows, feature: number, cut: number): number {
  return (slots[feature] as Slot).row + (cut + 1) * wordCount;
}

function slotOf(feature: number, list: readonly number[], row: number): Slot {
  const cuts = new Float64Array(list.length + 1);
  cuts.set(list);
  cuts[list.length] = Infinity;
  const least = cuts[0] as number;
  const perUnit = cellCount / ((cuts[list.length - 1] as number) - least);
  const cellsPerUnit = Number.isFinite(perUnit) ? perUnit : 0;
  const slot = { feature, cuts, below: new Uint8Array(cellCount), cellsPerUnit, row };
  const { below } = slot;
  for (let rank = 0, cell = 0; cell < cellCount; cell++) {
    while (rank < list.length && cellOf(slot, cuts[rank] as number) < cell) rank += 1;
    below[cell] = rank;
  }
  return slot;
}

const cellCount = 64;

/** What lies in an earlier cell is less: neither a difference nor a product turns an order round. */
function cellOf({ cuts, cellsPerUnit }: Slot, value: number): number {
  const cell = (value - (cuts[0] as number)) * cellsPerUnit;
  return cell > 0 ? Math.min(cell, cellCount - 1) | 0 : 0;
}

/** How many of a feature's cuts a value exceeds. */
function rankOf(slot: Slot, value: number): number {
  const { cuts, below } = slot;
  let rank = below[cellOf(slot, value)] as number;
  while (value > (cuts[rank] as number)) rank += 1;
  return rank;
}

/** The places of the rows that hold what these features answer, in `chosen` until the next call. */
export function chooseRows(
  { asked, wordCount, chosen }: CutRows,
  features: Float64Array,
): Int32Array {
  for (let index = 0; index < asked.length; index++) {
    const slot = asked[index] as Slot;
    chosen[index] = slot.row + rankOf(slot, features[slot.feature] as number) * wordCount;
  }
  return chosen;
}
