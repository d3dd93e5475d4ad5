/**
 * What all trees of a forest answer to their questions, at once (after Lucchese et al. 2015, "QuickScorer: a Fast Algorithm
 * to Rank Documents with Additive Ensembles of Regression Trees"). All that matters of a feature is between which cuts it
 * lies. For each such interval there is a row of bits, those of the questions that it answers with yes, and a row
 * for each feature makes up the answers. What the bits are, and how rows are put together, is the forest's own.
 */
export interface CutRows {
  /** Of the features that trees ask for. */
  readonly slots: readonly Slot[];
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

/** `bits` of `word` are set where the feature exceeds the cut, and all greater ones. */
export interface Question {
  readonly feature: number;
  readonly cut: number;
  readonly word: number;
  readonly bits: number;
}

/** `lists`: the cuts of each feature. `group`: how many rows the forest takes at a time. */
export function cutRowsOf(
  questions: readonly Question[],
  lists: readonly (readonly number[])[],
  { wordCount, group }: { readonly wordCount: number; readonly group: number },
): CutRows {
  const slots: Slot[] = [];
  let size = wordCount;
  for (const feature of new Set(questions.map((question) => question.feature))) {
    const slot = slotOf(feature, lists[feature] ?? [], size);
    slots.push(slot);
    size += slot.cuts.length * wordCount;
  }
  const chosen = new Int32Array(group * Math.ceil(slots.length / group));
  return { slots, wordCount, size, chosen };
}

/** Where each question's bits go: the first row of those that exceed its cut. */
export function placesOf(
  { slots, wordCount }: CutRows,
  questions: readonly Question[],
): Int32Array {
  const byFeature: Slot[] = [];
  for (const slot of slots) byFeature[slot.feature] = slot;
  const places = new Int32Array(questions.length);
  for (let index = 0; index < places.length; index++) {
    const { feature, cut, word } = questions[index] as Question;
    const slot = byFeature[feature] as Slot;
    places[index] = slot.row + (rankOf(slot, cut) + 1) * wordCount + word;
  }
  return places;
}

function slotOf(feature: number, list: readonly number[], row: number): Slot {
  const cuts = Float64Array.from([...list, Infinity]).sort();
  const least = cuts[0] as number;
  const perUnit = cellCount / ((cuts.at(-2) ?? least) - least);
  const cellsPerUnit = Number.isFinite(perUnit) ? perUnit : 0;
  const slot = { feature, cuts, below: new Uint8Array(cellCount), cellsPerUnit, row };
  for (const cut of list) {
    const own = cellOf(slot, cut) + 1;
    if (own < cellCount) slot.below[own] = (slot.below[own] as number) + 1;
  }
  for (let cell = 1; cell < cellCount; cell++)
    slot.below[cell] = (slot.below[cell] as number) + (slot.below[cell - 1] as number);
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
  { slots, wordCount, chosen }: CutRows,
  features: Float64Array,
): Int32Array {
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index] as Slot;
    chosen[index] = slot.row + rankOf(slot, features[slot.feature] as number) * wordCount;
  }
  return chosen;
}
