import type { Contraction } from "./contraction.js";

/** Part of a contraction that a buffer holds at a time. */
export interface Tile {
  readonly groups: number;
  readonly batch: number;
  readonly outputRows: number;
  readonly outputColumns: number;
  readonly outputChannels: number;
  readonly inputChannels: number;
}

export type Positions = Pick<Tile, "batch" | "outputRows" | "outputColumns">;

/**
 * Positions are cut along one chain, images first, then rows, then columns, so that what is cut has as little overlap as
 * can be. What is tried depends on the shape and the array alone, never on a buffer's size: a larger buffer only adds.
 */
export function positionTiles(c: Contraction): readonly Positions[] {
  const tiles: Positions[] = [];
  const whole = { batch: c.batch, outputRows: c.outputRows, outputColumns: c.outputColumns };
  for (const batch of cuts(c.batch)) tiles.push({ ...whole, batch });
  for (const outputRows of cuts(c.outputRows)) tiles.push({ ...whole, batch: 1, outputRows });
  for (const outputColumns of cuts(c.outputColumns))
    tiles.push({ batch: 1, outputRows: 1, outputColumns });
  const seen = new Set<string>();
  return tiles.filter(({ batch, outputRows, outputColumns }) => {
    const key = `${batch}/${outputRows}/${outputColumns}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Sizes of equal parts of an extent: halves, thirds …, and whole multiples of what the array takes at once. */
export function channelTiles(extent: number, atOnce: number): readonly number[] {
  const sizes = new Set(cuts(extent));
  for (let size = atOnce; 1 <= size && size < extent; size *= 2) sizes.add(size);
  return [...sizes].sort((a, b) => b - a);
}

function cuts(extent: number): readonly number[] {
  const sizes = new Set<number>();
  for (let parts = 1; parts < extent; parts = parts < 8 ? parts + 1 : Math.ceil(parts * 1.5))
    sizes.add(Math.ceil(extent / parts));
  sizes.add(1);
  return [...sizes];
}
