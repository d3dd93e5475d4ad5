import type { Analysis } from "../analysis.js";
import {
  bestScheme,
  choicesOfNode,
  layerOfNode,
  riskClass,
  type RiskClass,
} from "../quant/facts.js";
import type { WeightHistogram } from "../quant/measure/histogram.js";

/** One layer's weights in every format: a section of the details pane. Null for a layer without weights. */
export function view(analysis: Analysis, params: QuantizationParams): QuantizationView | null {
  const facts = analysis.quantization;
  const layer = facts === undefined ? undefined : layerOfNode(facts, params.nodeId);
  if (facts === undefined || layer === undefined) return null;
  const own = choicesOfNode(facts, params.nodeId)?.choices;
  return {
    nodeId: params.nodeId,
    target: facts.choices?.target.label ?? null,
    sensitivitySource: facts.result.sensitivitySource,
    risk: riskClass(facts, layer) ?? null,
    best: bestScheme(facts, layer)?.id ?? null,
    elementCount: layer.elementCount,
    excludedCount: layer.excludedCount,
    outlierRowCount: layer.outlierRowCount,
    rowCount: layer.rowCount,
    low: layer.low,
    high: layer.high,
    formats: facts.result.schemes.map((scheme, index) => {
      const found = layer.schemes[index];
      const choice = own?.find(({ schemeId }) => schemeId === scheme.id);
      const way = facts.choices?.executability.get(scheme.id);
      const sqnrDb = found?.sqnrDb;
      return {
        id: scheme.id,
        name: scheme.name,
        sqnrDb: sqnrDb === undefined || !Number.isFinite(sqnrDb) ? null : sqnrDb,
        isExact: sqnrDb === Infinity,
        sensitivity: found?.sensitivity ?? null,
        seconds: choice?.seconds ?? null,
        bytes: found?.bytes ?? 0,
        execution: way?.kind ?? null,
        reason: way?.reason ?? "",
      };
    }),
    histogram: params.histogram ?? null,
  };
}

export interface QuantizationParams {
  readonly nodeId: number;
  /** Format whose grid is drawn into the histogram. */
  readonly format?: string;
  /** Filled in where the weights can be read. */
  readonly histogram?: WeightHistogram;
}

export interface QuantizationView {
  readonly nodeId: number;
  readonly target: string | null;
  readonly sensitivitySource: string;
  readonly risk: RiskClass | null;
  readonly best: string | null;
  readonly elementCount: number;
  readonly excludedCount: number;
  readonly outlierRowCount: number;
  readonly rowCount: number;
  readonly low: number;
  readonly high: number;
  readonly formats: readonly QuantizationFormat[];
  readonly histogram: WeightHistogram | null;
}

export interface QuantizationFormat {
  readonly id: string;
  readonly name: string;
  /** Null: not known, or nothing is lost (`isExact`). */
  readonly sqnrDb: number | null;
  readonly isExact: boolean;
  readonly sensitivity: number | null;
  readonly seconds: number | null;
  readonly bytes: number;
  readonly execution: "computed" | "stored" | "unsupported" | null;
  readonly reason: string;
}
