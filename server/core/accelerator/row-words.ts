import type { Contraction } from "./contraction.js";
import { compulsory, touchedRows } from "./contraction.js";
import type { ArrayTime } from "./array-time.js";
import type { RowMapping } from "./row-stationary.js";

/**
 * Words between the array and the buffer around it in the row-stationary dataflow: filters once a pass and strip, rows once
 * for all the filters that are in the array together, partial sums once for the channels that are in it together.
 */
export function rowWords(c: Contraction, mapping: RowMapping): Omit<ArrayTime, "cycles"> {
  const footprint = compulsory(c);
  const stripRounds = Math.ceil(c.outputRows / (mapping.strip * mapping.strips));
  const filterRounds = Math.ceil(c.outputChannels / (mapping.filters * mapping.interleavedFilters));
  const channelRounds = Math.ceil(
    c.inputChannels / (mapping.channels * mapping.interleavedChannels),
  );
  const imageRounds = Math.ceil(c.batch / mapping.images);
  const strips = Math.ceil(c.outputRows / mapping.strip);
  const wholeRows = touchedRows(c, c.outputRows);
  const rows = Math.max(wholeRows, strips * touchedRows(c, mapping.strip));
  return {
    weightWords: footprint.weights * c.times * stripRounds * imageRounds,
    inputWords: (footprint.inputs / wholeRows) * rows * filterRounds,
    outputWrites: footprint.outputs * channelRounds,
    outputReads: footprint.outputs * (channelRounds - 1),
    folds: stripRounds * filterRounds * channelRounds * imageRounds,
    isOneFold: stripRounds * filterRounds * channelRounds * imageRounds === 1,
  };
}
