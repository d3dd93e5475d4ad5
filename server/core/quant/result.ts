import type { NodeId } from "../graph/graph.js";
import type { AttentionCache } from "./cache/attention-caches.js";
import type { CacheError } from "./cache/cache-error.js";
import type { CacheFormat } from "./cache/cache-format.js";
import type { Scheme } from "./formats/scheme.js";
import { cosineOf, type SchemeError, sqnrDb, type WeightErrors } from "./measure/statistics.js";
import type { LayerWeight } from "./weights.js";

/** What quantization does to the weights of a model, layer by layer. */
export interface QuantizationResult {
  readonly schemes: readonly Scheme[];
  readonly layers: readonly LayerQuantization[];
  /** Where sensitivities come from, or why there are none. */
  readonly sensitivitySource: string;
  /** Of a model that keeps keys and values; absent for others. */
  readonly caches?: CacheQuantization;
}

/** What formats of the cache do, attention by attention. */
export interface CacheQuantization {
  readonly formats: readonly CacheFormat[];
  readonly layers: readonly CacheLayer[];
}

export interface CacheLayer {
  readonly cache: AttentionCache;
  /** Of the keys' channels: largest magnitude over the mean one. */
  readonly keySpread: number;
  readonly valueSpread: number;
  /** Parallel to the formats. */
  readonly errors: readonly CacheError[];
}

/** One layer; its weights, where it has several, taken together. */
export interface LayerQuantization {
  readonly nodeId: NodeId;
  readonly weightNames: readonly string[];
  readonly elementCount: number;
  /** NaN and infinities, left out of the errors. */
  readonly excludedCount: number;
  readonly outlierRowCount: number;
  readonly rowCount: number;
  readonly low: number;
  readonly high: number;
  /** Parallel to the result's schemes. */
  readonly schemes: readonly LayerScheme[];
}

export interface LayerScheme {
  /** Signal to quantization noise of the weights, dB; infinite when exact, undefined for weights that are all zero. */
  readonly sqnrDb: number | undefined;
  readonly meanSquareError: number;
  readonly cosine: number;
  readonly largestError: number;
  readonly clippedShare: number;
  readonly bytes: number;
  /**
   * Expected square error of the model's outputs when this layer alone is quantized, as a share of the outputs'
   * squares; undefined when it could not be propagated.
   */
  readonly sensitivity: number | undefined;
  /** The same for the layer's input in the activation scheme that goes with the weights'; undefined as above. */
  readonly activationSensitivity: number | undefined;
  /**
   * The part of the weights' that does not differ from sample to sample (`Effect.drift`); undefined where it is not known.
   * Inputs drift too, but which way depends on where calibration happens to end their ranges.
   */
  readonly drift?: readonly number[];
  /** The part of either that rounding behind the layer adds (`Effect.floor`); left out where it is none. */
  readonly floor?: number;
  readonly activationFloor?: number;
}

export type LayerEffect = Pick<
  LayerScheme,
  "sensitivity" | "activationSensitivity" | "drift" | "floor" | "activationFloor"
>;

/** Joins the errors of a layer's weights. */
export function layerQuantization(
  nodeId: NodeId,
  weights: readonly LayerWeight[],
  errors: readonly WeightErrors[],
  schemes: readonly Scheme[],
  effectOf: (schemeIndex: number) => LayerEffect,
): LayerQuantization {
  const sum = (value: (one: WeightErrors) => number): number =>
    errors.reduce((total, one) => total + value(one), 0);
  const elementCount = sum((one) => one.elementCount);
  const energy = sum((one) => one.energy);
  return {
    nodeId,
    weightNames: weights.map(({ name }) => name),
    elementCount,
    excludedCount: sum((one) => one.excludedCount),
    outlierRowCount: sum((one) => one.outlierRowCount),
    rowCount: weights.reduce((total, { shape }) => total + shape.rows, 0),
    low: errors.reduce((least, one) => Math.min(least, one.low), 0),
    high: errors.reduce((most, one) => Math.max(most, one.high), 0),
    schemes: schemes.map((scheme, index) => {
      const parts = errors.flatMap((one) => one.schemes[index] ?? []);
      const joined = joinErrors(scheme.id, parts);
      return {
        sqnrDb: sqnrDb(energy, joined.squareSum),
        meanSquareError: joined.squareSum / Math.max(1, elementCount),
        cosine: cosineOf(energy, joined),
        largestError: joined.largest,
        clippedShare: joined.clippedCount / Math.max(1, elementCount),
        bytes: joined.bytes,
        ...effectOf(index),
      };
    }),
  };
}

function joinErrors(schemeId: string, parts: readonly SchemeError[]): SchemeError {
  return {
    schemeId,
    squareSum: parts.reduce((sum, part) => sum + part.squareSum, 0),
    weightedSquareSum: parts.reduce((sum, part) => sum + part.weightedSquareSum, 0),
    productSum: parts.reduce((sum, part) => sum + part.productSum, 0),
    largest: parts.reduce((most, part) => Math.max(most, part.largest), 0),
    clippedCount: parts.reduce((sum, part) => sum + part.clippedCount, 0),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  };
}
