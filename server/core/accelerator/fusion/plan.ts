import { tilesAlong, totalOf, type AxisTiles } from "./regions.js";
import type { Stack } from "./stack.js";

/**
 * What becomes of positions that neighbouring tiles share, as DeFiNES tells the ways apart (Mei et al., HPCA 2023, section III-A):
 * both kept, kept along a row of tiles and made again for the next row, all made again.
 */
export type Overlap = "kept" | "columns-kept" | "made-again";

/** One way to run a stack tile by tile. */
export interface StackPlan {
  readonly rows: AxisTiles;
  readonly columns: AxisTiles;
  readonly overlap: Overlap;
  /** The stack's weights lie on the chip for all tiles; else each tile reads them again. */
  readonly keepsWeights: boolean;
  readonly tileCount: number;
  /** In the buffer: pieces of activations that a tile works on, and what is kept for other tiles. */
  readonly tileBytes: number;
  readonly keptBytes: number;
  readonly weightBytes: number;
  /** Crossing the DRAM's border: activations, each counted as often as tiles fetch it. */
  readonly activationBytes: number;
  /** By member: what is computed ÷ what is needed. */
  readonly repeats: readonly number[];
}

/** A part of the buffer is left for what a kernel's own tiles need beside its operands: sums, weights that stream. */
export const leftForTiles = 1 / 32;

/** Room for a stack's pieces, and for its weights where they lie in another buffer. */
export interface Room {
  readonly activations: number;
  readonly weights: number;
  /** Weights take theirs from the same buffer. */
  readonly isShared: boolean;
  readonly isDoubleBuffered: boolean;
}

/**
 * The ways that the room allows. Strips as wide as the image share nothing sideways; where not even a strip of one row fits, all
 * pairs of heights and widths are tried. Each with three treatments of overlaps, weights kept or not.
 */
export function plansFor(stack: Stack, room: Room): readonly StackPlan[] {
  const last = stack.members.at(-1)?.spatial;
  if (last === undefined) return [];
  const [widest, ...narrower] = sizes(last.columns.outputs);
  const high = sizes(last.rows.outputs).map((size) => tilesAlong(stack, "rows", size));
  const plansOf = (widths: readonly number[]): readonly StackPlan[] => {
    const wide = widths.map((size) => tilesAlong(stack, "columns", size));
    return high
      .flatMap((rows) => wide.map((columns) => ({ rows, columns })))
      .flatMap((tiles) =>
        overlapsOf(tiles.rows, tiles.columns).map((one) => ({ ...tiles, overlap: one })),
      )
      .flatMap((choice) =>
        [true, false].map((keepsWeights) => planOf(stack, room, { ...choice, keepsWeights })),
      )
      .filter((plan) => fits(plan, room));
  };
  const strips = plansOf(widest === undefined ? [] : [widest]);
  return strips.length > 0 ? strips : plansOf(narrower);
}

/** Ways that differ in nothing are one. */
function overlapsOf(rows: AxisTiles, columns: AxisTiles): readonly Overlap[] {
  if (rows.count === 1 && columns.count === 1) return ["kept"];
  return rows.count === 1 || columns.count === 1
    ? ["kept", "made-again"]
    : ["kept", "columns-kept", "made-again"];
}

function sizes(extent: number): readonly number[] {
  const found = new Set<number>();
  for (let parts = 1; parts < extent; parts = parts < 4 ? parts + 1 : Math.ceil(parts * 1.5))
    found.add(Math.ceil(extent / parts));
  found.add(1);
  return [...found];
}

export function planOf(
  { members, values }: Stack,
  { isDoubleBuffered }: Pick<Room, "isDoubleBuffered">,
  choice: Pick<StackPlan, "rows" | "columns" | "overlap" | "keepsWeights">,
): StackPlan {
  const { rows, columns, overlap } = choice;
  const batch = members[0]?.spatial.batch ?? 1;
  const tileCount = rows.count * columns.count * batch;
  const bytesOf = (value: number, height: number, width: number): number => {
    const { rows: high = 1, columns: wide = 1, bytes = 0 } = values[value] ?? {};
    return (bytes / batch / high / wide) * height * width;
  };
  const high = rowTiles({ rows, overlap });
  const wide = columnTiles({ columns, overlap });
  const piece = (value: number): number =>
    bytesOf(value, high[value]?.longest ?? 0, wide[value]?.longest ?? 0);
  const made = (value: number): readonly [number, number] => [
    totalOf(high[value]?.made ?? nothing),
    totalOf(wide[value]?.made ?? nothing),
  ];
  let [keptBytes, activationBytes, waiting] = [0, 0, 0];
  for (const [value, { columns: width, bytes, comesFromOutside, leaves }] of values.entries()) {
    // Whole rows wait for the next row of tiles, a tile's height of columns for the next tile.
    keptBytes += bytesOf(value, high[value]?.overlap ?? 0, width);
    keptBytes += bytesOf(value, high[value]?.longest ?? 0, wide[value]?.overlap ?? 0);
    if (comesFromOutside) activationBytes += batch * bytesOf(value, ...made(value));
    if (leaves) activationBytes += bytes;
    // The next piece comes and the last one goes behind the present one.
    if (isDoubleBuffered && tileCount > 1 && (comesFromOutside || leaves)) waiting += piece(value);
  }
  return {
    ...choice,
    tileCount,
    tileBytes: waiting + mostAtOnce(members, piece),
    keptBytes,
    weightBytes: members.reduce((sum, { kernel }) => sum + kernel.weightReadBytes, 0),
    activationBytes,
    repeats: members.map(({ writes }) => {
      const [height, width] = made(writes);
      return (height * width) / ((values[writes]?.rows ?? 1) * (values[writes]?.columns ?? 1));
    }),
  };
}

const nothing: ReadonlyMap<number, number> = new Map();

/** Rows by value, as the plan treats what rows of tiles share. */
export function rowTiles({ rows, overlap }: Pick<StackPlan, "rows" | "overlap">) {
  return overlap === "kept" ? rows.kept : rows.again;
}

export function columnTiles({ columns, overlap }: Pick<StackPlan, "columns" | "overlap">) {
  return overlap === "made-again" ? columns.again : columns.kept;
}

/** Pieces that lie in the buffer at once: from the kernel that makes one, or reads it first, to its last reader. */
function mostAtOnce(members: Stack["members"], piece: (value: number) => number): number {
  const lives = new Map<number, { first: number; last: number }>();
  for (const [step, { reads, writes }] of members.entries())
    for (const value of [...reads.map((read) => read.value), writes]) {
      const life = lives.get(value);
      if (life === undefined) lives.set(value, { first: step, last: step });
      else life.last = step;
    }
  let most = 0;
  for (let step = 0; step < members.length; step++) {
    let sum = 0;
    for (const [value, { first, last }] of lives)
      if (first <= step && step <= last) sum += piece(value);
    most = Math.max(most, sum);
  }
  return most;
}

function fits(plan: StackPlan, room: Room): boolean {
  const own = plan.tileBytes + plan.keptBytes;
  const weights = plan.keepsWeights ? plan.weightBytes : 0;
  return room.isShared
    ? own + weights <= room.activations
    : own <= room.activations && weights <= room.weights;
}

/** Weights that cross to the DRAM. */
export function crossingWeights({ weightBytes, keepsWeights, tileCount }: StackPlan): number {
  return keepsWeights ? weightBytes : weightBytes * tileCount;
}
