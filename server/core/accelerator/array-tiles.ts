import type { ArrayEngine } from "./accelerator.js";
import { arrayTime, startCycles, type ArrayTime } from "./array-time.js";
import { macsOf, type Contraction } from "./contraction.js";
import type { LoopName, LoopOrder, TileChoice } from "./tiling.js";
import type { Tile } from "./tile-candidates.js";

/**
 * The array on all tiles of a contraction, one after the other. Tiles at the edges are smaller: folds are counted for
 * whole tiles, what streams and all words by the mean tile, so that nothing is counted that is not there. Where the
 * innermost loop runs along what streams and the rest is a single fold, the stationary operand stays for all of it.
 */
export function timeOnTiles(
  engine: ArrayEngine,
  c: Contraction,
  tile: Tile,
  order: LoopOrder,
  trips: TileChoice["trips"],
): ArrayTime {
  const window = c.kernelRows * c.kernelColumns;
  const whole = {
    positions: c.batch * c.outputRows * c.outputColumns,
    window: c.inputChannels * window,
    channels: c.outputChannels,
  };
  const full = {
    groups: tile.groups,
    positions: tile.batch * tile.outputRows * tile.outputColumns,
    window: tile.inputChannels * window,
    channels: tile.outputChannels,
  };
  const mean = {
    positions: whole.positions / trips.positions,
    window: whole.window / trips.inputs,
    channels: whole.channels / trips.outputs,
  };
  const streamed = streamOf(engine);
  const extent = extentOf[streamed];
  let visits = trips.groups * trips.positions * trips.outputs * trips.inputs * c.times;
  let stream = mean[extent];
  let one = arrayTime(engine, { ...full, [extent]: stream });
  const innermost = [...order].reverse().find((name) => trips[name] > 1);
  let merged = 1;
  if (one.isOneFold && innermost === streamed) {
    merged = trips[streamed];
    visits /= merged;
    stream = whole[extent];
    one = arrayTime(engine, { ...full, [extent]: stream });
  }
  // Per visit, of operands as they are on average.
  const share = (name: "positions" | "window" | "channels"): number =>
    name === extent ? 1 : mean[name] / full[name];
  const groupShare = c.groups / trips.groups / tile.groups;
  const scale = visits * groupShare;
  const start = startCycles(engine);
  return {
    cycles: start + visits * (one.cycles - start),
    weightWords: one.weightWords * scale * share("window") * share("channels"),
    inputWords: one.inputWords * scale * share("positions") * share("window"),
    outputWrites: one.outputWrites * scale * share("positions") * share("channels"),
    outputReads: restoredReads(engine, c, trips, merged, {
      own: one.outputReads * scale * share("positions") * share("channels"),
    }),
    folds: one.folds * visits,
    isOneFold: one.isOneFold && visits === 1,
  };
}

/** Partial sums of earlier tiles come back into the array, once for each further trip over the input channels. */
function restoredReads(
  engine: ArrayEngine,
  c: Contraction,
  trips: TileChoice["trips"],
  merged: number,
  { own }: { readonly own: number },
): number {
  const outputs = macsOf(c) / (c.inputChannels * c.kernelRows * c.kernelColumns);
  const rounds = streamOf(engine) === "inputs" ? trips.inputs / merged : trips.inputs;
  return own + outputs * (rounds - 1);
}

/** The loop whose extent passes through the array while the other two lie on it. */
function streamOf(engine: ArrayEngine): LoopName {
  switch (engine.dataflow) {
    case "output-stationary":
      return "inputs";
    case "input-stationary":
      return "outputs";
    case "weight-stationary":
    case "row-stationary":
      return "positions";
  }
}

const extentOf = { positions: "positions", inputs: "window", outputs: "channels" } as const;
