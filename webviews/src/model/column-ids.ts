import type { LayersParams } from "../../../server/core/views/layers.js";

export type LayerColumnId = LayersParams["sortBy"];

/** The columns that the `layers` view sorts by; a record, so that the compiler says when one is missing. */
const columns: Readonly<Record<LayerColumnId, true>> = {
  index: true,
  name: true,
  op: true,
  shape: true,
  parameters: true,
  macs: true,
  seconds: true,
  share: true,
  bound: true,
  bytes: true,
  engine: true,
};

export const layerColumnIds = Object.keys(columns) as readonly LayerColumnId[];
