import type { LayerQuantization, LayerScheme, QuantizationResult } from "../quant/result.js";
import type { ReportLayerQuantization, ReportQuantization } from "./report-document.js";

/** Signal to noise that stands for no error at all: JSON has no infinity, and null is for what is not known. */
const exactDb = 200;

export function reportQuantization(result: QuantizationResult): ReportQuantization {
  return {
    formats: result.schemes.map(({ id }) => id),
    sensitivitySource: result.sensitivitySource,
    layers: result.layers.map((layer) => layerOf(result, layer)),
  };
}

function layerOf(result: QuantizationResult, layer: LayerQuantization): ReportLayerQuantization {
  const table = <T>(value: (scheme: LayerScheme) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(
      layer.schemes.map((scheme, index) => [result.schemes[index]?.id ?? "", value(scheme)]),
    );
  return {
    id: String(layer.nodeId),
    weights: layer.weightNames,
    elementCount: layer.elementCount,
    excludedCount: layer.excludedCount,
    outlierRowCount: layer.outlierRowCount,
    sqnrDb: table(({ sqnrDb }) =>
      sqnrDb === undefined ? null : rounded(Math.min(sqnrDb, exactDb)),
    ),
    meanSquareError: table(({ meanSquareError }) => significant(meanSquareError)),
    cosine: table(({ cosine }) => significant(cosine, 9)),
    largestError: table(({ largestError }) => significant(largestError)),
    clippedShare: table(({ clippedShare }) => significant(clippedShare)),
    bytes: table(({ bytes }) => bytes),
    sensitivity: known(layer.schemes[0]?.sensitivity),
    sensitivities: table(({ sensitivity }) => known(sensitivity)),
    activationSensitivities: table(({ activationSensitivity }) => known(activationSensitivity)),
  };
}

function known(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : significant(value);
}

function significant(value: number, digits = 6): number {
  return Number(value.toPrecision(digits));
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
