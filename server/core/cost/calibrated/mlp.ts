/** A small fully connected network: inputs are brought to mean 0 and deviation 1, hidden layers are tanh, one output. */
export interface Mlp {
  readonly kind: "mlp";
  readonly mean: Float64Array;
  /** One over the standard deviation. */
  readonly scale: Float64Array;
  readonly layers: readonly MlpLayer[];
}

export interface MlpLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** By output: `weights[output × inputs + input]`. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

export function evaluateMlp(mlp: Mlp, features: Float64Array): number {
  let from = scratch[0];
  let into = scratch[1];
  for (let index = 0; index < mlp.mean.length; index++)
    from[index] = ((features[index] ?? 0) - (mlp.mean[index] ?? 0)) * (mlp.scale[index] ?? 1);
  for (const [index, { inputs, outputs, weights, bias }] of mlp.layers.entries()) {
    const isLast = index === mlp.layers.length - 1;
    for (let output = 0; output < outputs; output++) {
      let sum = bias[output] ?? 0;
      const row = output * inputs;
      for (let input = 0; input < inputs; input++)
        sum += (weights[row + input] ?? 0) * (from[input] ?? 0);
      into[output] = isLast ? sum : Math.tanh(sum);
    }
    [from, into] = [into, from];
  }
  return from[0] ?? 0;
}

export const mlpWidthLimit = 256;

/** Evaluation is synchronous and leaves nothing here: the arrays only spare the garbage collector. */
const scratch: [Float64Array, Float64Array] = [
  new Float64Array(mlpWidthLimit),
  new Float64Array(mlpWidthLimit),
];
