/** A small fully connected network: hidden layers are tanh, one output. */
export interface Mlp {
  readonly kind: "mlp";
  readonly layers: readonly MlpLayer[];
}

export interface MlpLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** By input: `weights[input × outputs + output]`. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

export function evaluateMlp({ layers }: Mlp, features: Float64Array): number {
  let from = features;
  for (let index = 0; index < layers.length; index++) {
    const { inputs, outputs, weights, bias } = layers[index] as MlpLayer;
    const into = scratch[index & 1] as Float64Array;
    for (let output = 0; output < outputs; output++) into[output] = bias[output] as number;
    for (let input = 0; input < inputs; input++) {
      const value = from[input] as number;
      // Of the inputs that say what a thing is, all but one are.
      if (value === 0) continue;
      const row = input * outputs;
      for (let output = 0; output < outputs; output++)
        into[output] = (into[output] as number) + value * (weights[row + output] as number);
    }
    if (index < layers.length - 1)
      for (let output = 0; output < outputs; output++) into[output] = tanh(into[output] as number);
    from = into;
  }
  return from[0] ?? 0;
}

/** A layer whose inputs are brought to mean 0 and deviation 1, as one that takes them as they are. */
export function scaledInputs(
  { inputs, outputs, weights, bias }: MlpLayer,
  { mean, scale }: { readonly mean: Float64Array; readonly scale: Float64Array },
): MlpLayer {
  const own = weights.map((weight, at) => weight * (scale[Math.floor(at / outputs)] ?? 1));
  const moved = bias.map((value, output) => {
    let sum = value;
    for (let input = 0; input < inputs; input++)
      sum -= (own[input * outputs + output] ?? 0) * (mean[input] ?? 0);
    return sum;
  });
  return { inputs, outputs, weights: own, bias: moved };
}

/** Half the time of `Math.tanh`, and the same to the last digits. */
function tanh(value: number): number {
  return 1 - 2 / (Math.exp(2 * value) + 1);
}

export const mlpWidthLimit = 256;

/** Evaluation is synchronous and leaves nothing here: the arrays only spare the garbage collector. */
const scratch: [Float64Array, Float64Array] = [
  new Float64Array(mlpWidthLimit),
  new Float64Array(mlpWidthLimit),
];
