import type { ArrayEngine } from "./accelerator.js";
import { arrayTime, startCycles, type ArrayTime } from "./array-time.js";
import { macsOf, type Contraction } from "./contraction.js";
import type { LoopName, TileChoice, TileTimes } from "./tiling.js";
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
  trips: TileChoice["trips"],
): TileTimes {
  const streamed = streamOf(engine);
  const apart = onTiles(engine, c, tile, trips, 1);
  const merged =
    apart.isFoldPerTile && trips[streamed] > 1
      ? onTiles(engine, c, tile, trips, trips[streamed]).time
      : undefined;
  return { apart: apart.time, merged, streamed };
}

/** `run` tiles along what streams pass as one. */
function onTiles(
  engine: ArrayEngine,
  c: Contraction,
  tile: Tile,
  trips: TileChoice["trips"],
  run: number,
): { readonly time: ArrayTime; readonly isFoldPerTile: boolean } {
  const area = c.kernelRows * c.kernelColumns;
  const streamed = streamOf(engine);
  const meanPositions = (c.batch * c.outputRows * c.outputColumns) / trips.positions;
  const meanWindow = (c.inputChannels * area) / trips.inputs;
  const meanChannels = c.outputChannels / trips.outputs;
  const positions = tile.batch * tile.outputRows * tile.outputColumns;
  const window = tile.inputChannels * area;
  const one = arrayTime(engine, {
    groups: tile.groups,
    positions: streamed === "positions" ? meanPositions * run : positions,
    window: streamed === "inputs" ? meanWindow * run : window,
    channels: streamed === "outputs" ? meanChannels * run : tile.outputChannels,
  });
  const visits = (trips.groups * trips.positions * trips.outputs * trips.inputs * c.times) / run;
  // Per visit, of operands as they are on average; what streams is the mean already.
  const shareOfPositions = streamed === "positions" ? 1 : meanPositions / positions;
  const shareOfWindow = streamed === "inputs" ? 1 : meanWindow / window;
  const shareOfChannels = streamed === "outputs" ? 1 : meanChannels / tile.outputChannels;
  const scale = (visits * c.groups) / trips.groups / tile.groups;
  const start = startCycles(engine);
  // Partial sums of earlier tiles come back into the array, once for each further trip over the input channels.
  const rounds = streamed === "inputs" ? trips.inputs / run : trips.inputs;
  const outputs = macsOf(c) / (c.inputChannels * area);
  const ofOutputs = scale * shareOfPositions * shareOfChannels;
  return {
    time: {
      cycles: start + visits * (one.cycles - start),
      weightWords: one.weightWords * scale * shareOfWindow * shareOfChannels,
      inputWords: one.inputWords * scale * shareOfPositions * shareOfWindow,
      outputWrites: one.outputWrites * ofOutputs,
      outputReads: one.outputReads * ofOutputs + outputs * (rounds - 1),
      folds: one.folds * visits,
      isOneFold: one.isOneFold && visits === 1,
    },
    isFoldPerTile: one.isOneFold,
  };
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
