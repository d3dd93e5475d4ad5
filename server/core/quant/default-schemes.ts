import type { Graph } from "../graph/graph.js";
import type { RuntimeSupport } from "./plan/support.js";
import { layerWeights } from "./weights.js";

/** Measured when nobody names formats; the first one stands for a layer's sensitivity. */
export const defaultSchemeIds = [
  "int8",
  "int8@tensor",
  "int4",
  "int4-g128",
  "fp8-e4m3",
  "fp8-e5m2",
  "mxfp8-e4m3",
  "mxfp4",
  "nvfp4",
  "nf4",
] as const;

/** More elements than this are a large model: what searches its scales, as llama.cpp's K-quants, would take minutes. */
const largeModel = 1e7;

/** The formats that are measured when nobody names any: those of the runtime, where it has formats of its own. */
export function usualSchemeIds(
  support: RuntimeSupport | undefined,
  graph: Graph,
): readonly string[] {
  if (support === undefined || support.proposes.length === 0) return defaultSchemeIds;
  const count = layerWeights(graph).reduce((sum, { shape }) => sum + shape.rows * shape.columns, 0);
  return count > largeModel ? support.proposesForLarge : support.proposes;
}
