import { evaluateMlp, type Mlp } from "./mlp.js";
import { evaluateOblivious, type ObliviousTrees } from "./oblivious.js";
import { evaluateTable, type Table } from "./table.js";
import { evaluateTrees, type Trees } from "./trees.js";

/** A fitted function of a few numbers. To add one: its evaluation in a file, its decoder, its trainer. */
export type Regressor = Linear | Trees | ObliviousTrees | Mlp | Table | Sum;

/** intercept + Σ weight × feature. */
export interface Linear {
  readonly kind: "linear";
  readonly intercept: number;
  readonly weights: Float64Array;
}

/** Parts over the same features, added up: a trend and what trees see beyond it, or the mean of an ensemble. */
export interface Sum {
  readonly kind: "sum";
  readonly scale: number;
  readonly parts: readonly Regressor[];
}

export function evaluateRegressor(regressor: Regressor, features: Float64Array): number {
  switch (regressor.kind) {
    case "linear": {
      let sum = regressor.intercept;
      for (let index = 0; index < regressor.weights.length; index++)
        sum += (regressor.weights[index] ?? 0) * (features[index] ?? 0);
      return sum;
    }
    case "trees":
      return evaluateTrees(regressor, features);
    case "oblivious":
      return evaluateOblivious(regressor, features);
    case "mlp":
      return evaluateMlp(regressor, features);
    case "table":
      return evaluateTable(regressor, features);
    case "sum": {
      let sum = 0;
      for (const part of regressor.parts) sum += evaluateRegressor(part, features);
      return sum * regressor.scale;
    }
  }
}
