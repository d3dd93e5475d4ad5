import { reachOf, type Interval } from "./spatial.js";
import type { Stack } from "./stack.js";

/** What tiles of one size along one axis ask of a stack, when what neighbours share is kept, or when it is made again. */
export interface AxisTiles {
  /** Outputs of the last kernel in a tile, and how many tiles there are. */
  readonly size: number;
  readonly count: number;
  readonly kept: readonly ValueTiles[];
  readonly again: readonly ValueTiles[];
}

/** Of one value of the stack. */
export interface ValueTiles {
  /** The longest stretch that lies in the buffer for a tile. */
  readonly longest: number;
  /** The most that was there for the tile before. */
  readonly overlap: number;
  /** Lengths that tiles make or fetch anew, and how many tiles do. */
  readonly made: ReadonlyMap<number, number>;
}

type Needs = readonly (Interval | undefined)[];

/**
 * Goes from the tiles of the last kernel back through all windows (Alwani et al., "Fused-Layer CNN Accelerators", MICRO 2016,
 * section III; Mei et al., "DeFiNES", HPCA 2023, section III). A value with several readers is needed as far as any reaches.
 */
export function tilesAlong(stack: Stack, axis: "rows" | "columns", size: number): AxisTiles {
  const extent = stack.members.at(-1)?.spatial[axis].outputs ?? 0;
  const count = Math.ceil(extent / size);
  const ask = (isKept: boolean): readonly ValueTiles[] => {
    const needs = stack.values.map((): (Interval | undefined)[] => []);
    for (let tile = 0; tile < count; tile++)
      askTile(stack, axis, needs, {
        tile,
        isKept,
        isLast: tile === count - 1,
        outputs: { start: tile * size, end: Math.min(extent, (tile + 1) * size) },
      });
    return needs.map((own) => (isKept ? tilesKept(own) : tilesAgain(own)));
  };
  return { size, count, kept: ask(true), again: ask(false) };
}

function askTile(
  { members, values }: Stack,
  axis: "rows" | "columns",
  needs: readonly (Interval | undefined)[][],
  {
    tile,
    outputs,
    isKept,
    isLast,
  }: {
    readonly tile: number;
    readonly outputs: Interval;
    readonly isKept: boolean;
    readonly isLast: boolean;
  },
): void {
  const widen = (value: number, more: Interval): void => {
    const own = needs[value];
    if (own === undefined) return;
    const known = own[tile];
    own[tile] =
      known === undefined
        ? more
        : { start: Math.min(known.start, more.start), end: Math.max(known.end, more.end) };
  };
  // What strides skip is made and fetched with the rest, as where layers run one after the other.
  const fill = (value: number): number => {
    const before = needs[value]?.[tile - 1]?.end ?? 0;
    widen(value, { start: before, end: isLast ? (values[value]?.[axis] ?? 0) : before });
    return before;
  };
  widen(values.length - 1, outputs);
  for (const { spatial, reads, writes } of [...members].reverse()) {
    const before = fill(writes);
    const need = needs[writes]?.[tile];
    if (need === undefined) continue;
    const made = isKept
      ? { ...need, start: Math.min(need.end, Math.max(need.start, before)) }
      : need;
    if (made.end <= made.start) continue;
    for (const { value, isWindowed } of reads)
      widen(value, isWindowed ? reachOf(made, spatial[axis]) : made);
  }
  for (const [value, { comesFromOutside }] of values.entries()) if (comesFromOutside) fill(value);
}

function tilesAgain(needs: Needs): ValueTiles {
  const made = new Map<number, number>();
  let longest = 0;
  for (const need of needs) {
    if (need === undefined) continue;
    const length = need.end - need.start;
    made.set(length, (made.get(length) ?? 0) + 1);
    longest = Math.max(longest, length);
  }
  return { longest, overlap: 0, made };
}

function tilesKept(needs: Needs): ValueTiles {
  const made = new Map<number, number>();
  let [longest, overlap, done] = [0, 0, 0];
  for (const need of needs) {
    if (need === undefined) continue;
    longest = Math.max(longest, need.end - need.start);
    overlap = Math.max(overlap, Math.min(done, need.end) - need.start);
    const length = need.end - Math.max(done, need.start);
    if (length > 0) made.set(length, (made.get(length) ?? 0) + 1);
    done = Math.max(done, need.end);
  }
  return { longest, overlap, made };
}

/** All that tiles make along an axis. */
export function totalOf(lengths: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [length, count] of lengths) sum += length * count;
  return sum;
}
