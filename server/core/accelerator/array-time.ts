import type { ArrayEngine } from "./accelerator.js";

/** A tile as the array sees it: a product of [positions, window] with [window, channels], `groups` side by side. */
export interface ArrayTile {
  readonly groups: number;
  readonly positions: number;
  /** Input channels × window. */
  readonly window: number;
  readonly channels: number;
}

export interface ArrayTime {
  readonly cycles: number;
  /** Words that cross between the array and the nearest buffers. */
  readonly weightWords: number;
  readonly inputWords: number;
  /** Partial sums and results written, and partial sums read back. */
  readonly outputWrites: number;
  readonly outputReads: number;
  /** Times that all elements are loaded with what stays in them. */
  readonly folds: number;
  /** The weights of the tile fit the array at once: another tile of positions with them needs no new fold. */
  readonly isOneFold: boolean;
}

/**
 * Cycles of a systolic array on one tile, after Samajdar et al., "A systematic methodology for characterizing
 * scalability of DNN accelerators using SCALE-Sim", ISPASS 2020, equations 1 to 4: two of the three extents are laid
 * over rows and columns in folds, the third streams. A fold takes
 *
 *     stationary operand R + stream T + skew R + C − 2        (weights and inputs stationary)
 *     stream T + skew R + C − 2                               (outputs stationary; the skew drains them)
 *
 * A pipelined array loads the next fold behind the present one, so that a fold takes max(T, R) and the skew counts once. Over buses
 * all elements have their operands at once, and a fold takes T.
 */
export function arrayTime(engine: ArrayEngine, tile: ArrayTile): ArrayTime {
  const { rows, columns, lanes, isPipelined } = engine;
  const window = Math.ceil(tile.window / lanes);
  const { positions, channels } = tile;
  const isBroadcast = engine.interconnect === "broadcast";
  const skew = rows + columns - 2;
  if (engine.dataflow === "output-stationary") {
    const rowFolds = Math.ceil(positions / rows);
    const columnFolds = Math.ceil(channels / columns);
    const folds = rowFolds * columnFolds * tile.groups;
    // Draining R rows through the columns can be hidden behind the next fold, not sped up.
    const cycles = isBroadcast
      ? folds * window
      : isPipelined
        ? folds * Math.max(window, rows) + skew
        : folds * (window + skew);
    return {
      cycles,
      weightWords: tile.groups * tile.window * channels * rowFolds,
      inputWords: tile.groups * positions * tile.window * columnFolds,
      outputWrites: tile.groups * positions * channels,
      outputReads: 0,
      folds,
      isOneFold: folds === 1,
    };
  }
  const isInput = engine.dataflow === "input-stationary";
  const across = isInput ? positions : channels;
  const stream = isInput ? channels : positions;
  // Small groups lie along the diagonal: each has rows and columns of its own, the rest of the array holds zeros.
  const packed = engine.packsGroups
    ? Math.max(1, Math.min(tile.groups, Math.floor(rows / window), Math.floor(columns / across)))
    : 1;
  const groupFolds = Math.ceil(tile.groups / packed);
  const rowFolds = Math.ceil(window / rows);
  const columnFolds = Math.ceil(across / columns);
  const folds = rowFolds * columnFolds * groupFolds;
  const cycles = isBroadcast
    ? folds * stream
    : isPipelined
      ? folds * Math.max(stream, rows) + rows + skew
      : folds * (rows + stream + skew);
  const stationary = tile.groups * tile.window * across;
  const streamed = tile.groups * stream * tile.window * columnFolds;
  const partials = tile.groups * positions * channels;
  return {
    cycles,
    weightWords: isInput ? streamed : stationary,
    inputWords: isInput ? stationary : streamed,
    outputWrites: partials * rowFolds,
    outputReads: partials * (rowFolds - 1),
    folds,
    isOneFold: folds === 1,
  };
}

/** Cycles that the array spends once, however many tiles follow: they are taken off all but the first. */
export function startCycles(engine: ArrayEngine): number {
  if (!engine.isPipelined || engine.interconnect === "broadcast") return 0;
  const skew = engine.rows + engine.columns - 2;
  return engine.dataflow === "output-stationary" ? skew : engine.rows + skew;
}
