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
  // Of the inputs that say what a thing is, all but one are 0: they are left out.
  let used = 0;
  for (let index = 0; index < mlp.mean.length; index++) {
    const value = ((features[index] ?? 0) - (mlp.mean[index] ?? 0)) * (mlp.scale[index] ?? 1);
    if (value === 0) continue;
    from[used] = value;
    columns[used] = index;
    used += 1;
  }
  for (let index = 0; index < mlp.layers.length; index++) {
    const layer = mlp.layers[index];
    if (layer === undefined) break;
    const { inputs, outputs, weights, bias } = layer;
    const isLast = index === mlp.layers.length - 1;
    const isFirst = index === 0;
    const count = isFirst ? used : inputs;
    for (let output = 0; output < outputs; output++) {
      let sum = bias[output] as number;
      const row = output * inputs;
      if (isFirst)
        for (let input = 0; input < count; input++)
          sum += (weights[row + (columns[input] as number)] as number) * (from[input] as number);
      else
        for (let input = 0; input < count; input++)
          sum += (weights[row + input] as number) * (from[input] as number);
      into[output] = isLast ? sum : tanh(sum);
    }
    [from, into] = [into, from];
  }
  return from[0] ?? 0;
}

/** Half the time of `Math.tanh`, and the same to the last digits. */
function tanh(value: number): number {
  return 1 - 2 / (Math.exp(2 * value) + 1);
}

export const mlpWidthLimit = 256;

const columns = new Int32Array(mlpWidthLimit);

/** Evaluation is synchronous and leaves nothing here: the arrays only spare the garbage collector. */
const scratch: [Float64Array, Float64Array] = [
  new Float64Array(mlpWidthLimit),
  new Float64Array(mlpWidthLimit),
];
