import type { Overlap } from "../../../server/core/accelerator/fusion/plan.js";
import type { Axis } from "../../../server/core/accelerator/fusion/spatial.js";
import type { Member, Stack } from "../../../server/core/accelerator/fusion/stack.js";

/** What a run of all tiles did: an independent, slow account for `planOf`. */
export interface TileRun {
  readonly movedBytes: number;
  /** The most that lay between two tiles because a later one needs it. */
  readonly keptBytes: number;
  readonly repeats: readonly number[];
}

/** Runs a stack of one image tile by tile, row of tiles after row, one position at a time. */
export function runTiles(
  stack: Stack,
  [height, width]: readonly [number, number],
  overlap: Overlap,
): TileRun {
  const { members, values } = stack;
  const last = members.at(-1)?.spatial;
  const [rows, columns] = [last?.rows.outputs ?? 0, last?.columns.outputs ?? 0];
  const done = values.map(() => new Set<number>());
  const made = values.map(() => 0);
  /** By tile: what of each value it used. */
  const used: Set<number>[][] = [];
  for (let top = 0; top < rows; top += height) {
    if (overlap === "columns-kept") for (const set of done) set.clear();
    for (let left = 0; left < columns; left += width) {
      if (overlap === "made-again") for (const set of done) set.clear();
      const needs = values.map(() => new Set<number>());
      for (let row = top; row < Math.min(rows, top + height); row++)
        for (let column = left; column < Math.min(columns, left + width); column++)
          needs.at(-1)?.add(row * columns + column);
      for (const member of [...members].reverse())
        for (const position of needs[member.writes] ?? [])
          if (done[member.writes]?.has(position) === false)
            askInputs(stack, member, position, needs);
      for (const [value, positions] of needs.entries())
        for (const position of positions) {
          if (done[value]?.has(position) === true) continue;
          done[value]?.add(position);
          made[value] = (made[value] ?? 0) + 1;
        }
      used.push(needs);
    }
  }
  const bytesOf = (value: number): number => {
    const { bytes = 0, rows: high = 1, columns: wide = 1 } = values[value] ?? {};
    return bytes / high / wide;
  };
  return {
    movedBytes: values.reduce((sum, { comesFromOutside, leaves }, value) => {
      const fetched = comesFromOutside ? (made[value] ?? 0) * bytesOf(value) : 0;
      return sum + fetched + (leaves ? (values[value]?.bytes ?? 0) : 0);
    }, 0),
    keptBytes: mostKept(
      used,
      values.map((_, value) => bytesOf(value)),
      overlap,
      Math.ceil(columns / width),
    ),
    repeats: members.map(({ writes }) => {
      const { rows: high = 1, columns: wide = 1 } = values[writes] ?? {};
      return (made[writes] ?? 0) / (high * wide);
    }),
  };
}

function askInputs(
  { values }: Stack,
  { spatial, reads, writes }: Member,
  position: number,
  needs: readonly Set<number>[],
): void {
  const wide = values[writes]?.columns ?? 1;
  const [row, column] = [Math.floor(position / wide), position % wide];
  for (const { value, isWindowed } of reads) {
    const columns = values[value]?.columns ?? 1;
    const high = isWindowed ? taps(row, spatial.rows) : [row];
    const across = isWindowed ? taps(column, spatial.columns) : [column];
    for (const y of high) for (const x of across) needs[value]?.add(y * columns + x);
  }
}

function taps(output: number, { inputs, window, stride, dilation, before }: Axis): number[] {
  return Array.from(
    { length: window },
    (_, tap) => output * stride - before + tap * dilation,
  ).filter((input) => 0 <= input && input < inputs);
}

/** Between two tiles lies what an earlier one used and a later one uses: of the same row of tiles where rows are made again. */
function mostKept(
  used: readonly (readonly Set<number>[])[],
  bytes: readonly number[],
  overlap: Overlap,
  tilesInRow: number,
): number {
  if (overlap === "made-again") return 0;
  let most = 0;
  for (let after = 1; after < used.length; after++) {
    const row = Math.floor(after / tilesInRow);
    const isSame = (tile: number): boolean =>
      overlap === "kept" || Math.floor(tile / tilesInRow) === row;
    const before = used.slice(0, after).filter((_, tile) => isSame(tile));
    const later = used.slice(after).filter((_, tile) => isSame(after + tile));
    let sum = 0;
    for (const [value, size] of bytes.entries()) {
      const had = new Set(before.flatMap((tile) => [...(tile[value] ?? [])]));
      const wanted = new Set(later.flatMap((tile) => [...(tile[value] ?? [])]));
      for (const position of had) if (wanted.has(position)) sum += size;
    }
    most = Math.max(most, sum);
  }
  return most;
}
