import {
  compulsory,
  touchedColumns,
  touchedRows,
  type Contraction,
  type Footprint,
} from "./contraction.js";
import type { ArrayTime } from "./array-time.js";
import type { AcceleratorPrecision, Operand } from "./accelerator.js";
import type { Level } from "./levels.js";
import { channelTiles, positionTiles, type Tile } from "./tile-candidates.js";

/** Bytes of each operand that cross a border towards the array, and of results away from it. */
export interface Crossing {
  readonly weights: number;
  readonly inputs: number;
  /** Results and partial sums on their way out, and partial sums that come back. */
  readonly outputWrites: number;
  readonly outputReads: number;
}

export const crossingBytes = (crossing: Crossing): number =>
  crossing.weights + crossing.inputs + crossing.outputWrites + crossing.outputReads;

/** Loops over tiles, outermost first: positions, output channels, input channels. */
export type LoopOrder = readonly LoopName[];
export type LoopName = "positions" | "outputs" | "inputs";

export interface TileChoice {
  readonly tile: Tile;
  readonly order: LoopOrder;
  readonly trips: Readonly<Record<LoopName | "groups", number>>;
  /** Over the outer border of the level. */
  readonly outer: Crossing;
  /** The array's cycles and words on all tiles, when nothing lies between it and the level. */
  readonly array: ArrayTime;
}

/** What is made small, first things first. */
export type Objective = "traffic" | "latency" | "energy";

export interface TilingQuestion {
  readonly contraction: Contraction;
  readonly level: Level;
  readonly precision: AcceleratorPrecision;
  /** Input and output channels that the array takes at once, for tiles of whole folds. */
  readonly atOnce: { readonly inputs: number; readonly outputs: number };
  /** Groups that the array takes at once. */
  readonly groupsAtOnce: number;
  /** Operands that lie in the level's buffers whole: their tiles take no further room. */
  readonly resident?: ReadonlySet<Operand>;
  /** Operands that never come to a buffer. */
  readonly inElements?: ReadonlySet<Operand>;
  readonly hasWholeSums?: boolean;
  /** Partial sums leave the array in its dataflow, unless one fold makes the whole sum. */
  readonly spillsPartials: boolean;
  readonly timeOf: (tile: Tile, trips: TileChoice["trips"]) => TileTimes;
  /** Cost of a choice: the lexicographically least is taken. */
  readonly rank: (outer: Crossing, array: ArrayTime, tileBytes: number) => readonly number[];
}

/** The array on all tiles: each by itself, and where the innermost loop is what streams past a single fold. */
export interface TileTimes {
  readonly apart: ArrayTime;
  readonly merged: ArrayTime | undefined;
  readonly streamed: LoopName;
}

const orders: readonly LoopOrder[] = [
  ["positions", "outputs", "inputs"],
  ["positions", "inputs", "outputs"],
  ["outputs", "positions", "inputs"],
  ["outputs", "inputs", "positions"],
  ["inputs", "positions", "outputs"],
  ["inputs", "outputs", "positions"],
];

/**
 * The tile and the order of the loops over tiles that a level's buffers hold and that rank least: all pairs of the
 * candidates are tried. Undefined when not even the smallest tile fits.
 */
export function chooseTile(question: TilingQuestion): TileChoice | undefined {
  const { contraction: c, rank } = question;
  let best: TileChoice | undefined;
  let bestRank: readonly number[] = [];
  const positions = positionTiles(c).map((cut) => ({ cut, ...inputsOf(c, cut) }));
  const outputTiles = channelTiles(c.outputChannels, question.atOnce.outputs);
  const inputTiles =
    question.hasWholeSums === true
      ? [c.inputChannels]
      : channelTiles(c.inputChannels, question.atOnce.inputs);
  const groups = Math.min(c.groups, question.groupsAtOnce);
  const least = compulsory(c);
  for (const { cut, tileInputs, allInputs, count } of positions)
    for (const outputChannels of outputTiles)
      for (const inputChannels of inputTiles) {
        // Written out field by field: tens of thousands of these are made and forgotten.
        const tile: Tile = {
          groups,
          batch: cut.batch,
          outputRows: cut.outputRows,
          outputColumns: cut.outputColumns,
          outputChannels,
          inputChannels,
        };
        const trips = {
          positions: count,
          outputs: Math.ceil(c.outputChannels / outputChannels),
          inputs: Math.ceil(c.inputChannels / inputChannels),
          groups: Math.ceil(c.groups / groups),
        };
        const bytes = bytesOf(question, tile, tileInputs, trips);
        if (!fits(question, bytes, trips)) continue;
        const edge = bytes.weights + bytes.inputs + bytes.outputs;
        const { apart, merged, streamed } = question.timeOf(tile, trips);
        for (const order of usefulOrders(trips)) {
          const outer = crossingOf(question, least, allInputs, order, trips, tile);
          const array =
            merged !== undefined && innermost(order, trips) === streamed ? merged : apart;
          const value = rank(outer, array, edge);
          if (best !== undefined && !isLess(value, bestRank)) continue;
          best = { tile, order, trips, outer, array };
          bestRank = value;
        }
      }
  return best;
}

/** The last loop that has more than one trip. */
function innermost(order: LoopOrder, trips: TileChoice["trips"]): LoopName | undefined {
  for (let at = order.length - 1; at >= 0; at--) {
    const name = order[at];
    if (name !== undefined && trips[name] > 1) return name;
  }
  return undefined;
}

/** Orders that differ only in loops of one trip are one order. */
function usefulOrders(trips: TileChoice["trips"]): readonly LoopOrder[] {
  const key =
    (trips.positions > 1 ? 1 : 0) + (trips.outputs > 1 ? 2 : 0) + (trips.inputs > 1 ? 4 : 0);
  return ordersByLoops[key] ?? orders;
}

const ordersByLoops: readonly (readonly LoopOrder[])[] = Array.from({ length: 8 }, (_, key) => {
  const isLoop = { positions: (key & 1) > 0, outputs: (key & 2) > 0, inputs: (key & 4) > 0 };
  const seen = new Set<string>();
  return orders.filter((order) => {
    const text = order.filter((name) => isLoop[name]).join();
    return seen.has(text) ? false : seen.add(text);
  });
});

/** Elements of one channel of one group: of a tile, and of all tiles together, which share what they overlap. */
function inputsOf(
  c: Contraction,
  cut: Pick<Tile, "batch" | "outputRows" | "outputColumns">,
): { readonly tileInputs: number; readonly allInputs: number; readonly count: number } {
  const rowsOf = (rows: number): number => touchedRows(c, rows);
  const columnsOf = (columns: number): number => touchedColumns(c, columns);
  const sum = (extent: number, part: number, of: (size: number) => number): number => {
    const full = Math.floor(extent / part);
    const rest = extent - full * part;
    return full * of(part) + (rest > 0 ? of(rest) : 0);
  };
  return {
    tileInputs: cut.batch * rowsOf(cut.outputRows) * columnsOf(cut.outputColumns),
    allInputs:
      c.batch *
      sum(c.outputRows, cut.outputRows, rowsOf) *
      sum(c.outputColumns, cut.outputColumns, columnsOf),
    count:
      Math.ceil(c.batch / cut.batch) *
      Math.ceil(c.outputRows / cut.outputRows) *
      Math.ceil(c.outputColumns / cut.outputColumns),
  };
}

function bytesOf(
  { contraction: c, precision, spillsPartials }: TilingQuestion,
  tile: Tile,
  tileInputs: number,
  trips: TileChoice["trips"],
): Footprint {
  const window = c.kernelRows * c.kernelColumns;
  const isPartial = spillsPartials || trips.inputs > 1;
  const positions = tile.batch * tile.outputRows * tile.outputColumns;
  const outputBits = isPartial ? precision.accumulatorBits : precision.activationBits;
  return {
    weights:
      (tile.groups * tile.outputChannels * tile.inputChannels * window * precision.weightBits) / 8,
    inputs: (tile.groups * tile.inputChannels * tileInputs * precision.activationBits) / 8,
    outputs: (tile.groups * tile.outputChannels * positions * outputBits) / 8,
  };
}

function fits(
  { level: { buffers }, resident, inElements }: TilingQuestion,
  bytes: Footprint,
  trips: TileChoice["trips"],
): boolean {
  // An operand that never changes needs no second buffer to be changed behind.
  const changes = {
    weights: trips.groups * trips.outputs * trips.inputs > 1 ? 2 : 1,
    inputs: trips.groups * trips.positions * trips.inputs > 1 ? 2 : 1,
    outputs: trips.groups * trips.positions * trips.outputs > 1 ? 2 : 1,
  };
  for (const { size, holds, isDoubleBuffered } of buffers) {
    let needed = 0;
    for (const operand of holds) {
      if (inElements?.has(operand) === true) continue;
      // Sums are wider than the results that lie there.
      if (operand !== "outputs" && resident?.has(operand) === true) continue;
      needed += bytes[operand] * (isDoubleBuffered ? changes[operand] : 1);
    }
    if (needed > size) return false;
  }
  return true;
}

/**
 * An operand is loaded anew for each trip of a loop that it does not depend on, if a loop that it depends on runs
 * inside that one (else it stays): the usual rule of loop nests, as in Timeloop (Parashar et al., ISPASS 2019).
 */
function crossingOf(
  { contraction: c, precision }: TilingQuestion,
  { weights, outputs }: Footprint,
  allInputs: number,
  order: LoopOrder,
  trips: TileChoice["trips"],
  tile: Tile,
): Crossing {
  const staysForAll =
    trips.groups === 1 && trips.outputs === 1 && trips.inputs === 1 && tile.groups >= c.groups;
  const weightLoads = (staysForAll ? 1 : c.times) * reloads(order, trips, "positions");
  const inputLoads = reloads(order, trips, "outputs");
  const visits = reloads(order, trips, "inputs");
  return {
    weights: (weights * weightLoads * precision.weightBits) / 8,
    inputs:
      (c.times * c.groups * c.inputChannels * allInputs * inputLoads * precision.activationBits) /
      8,
    outputWrites:
      (outputs * (precision.activationBits + (visits - 1) * precision.accumulatorBits)) / 8,
    outputReads: (outputs * (visits - 1) * precision.accumulatorBits) / 8,
  };
}

function reloads(order: LoopOrder, trips: TileChoice["trips"], irrelevant: LoopName): number {
  for (let at = order.length - 1; at >= 0; at--) {
    const name = order[at];
    if (name === undefined || name === irrelevant) return 1;
    if (trips[name] > 1) return trips[irrelevant];
  }
  return 1;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (let index = 0; index < a.length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
