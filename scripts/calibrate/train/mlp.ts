import { randomSource, rounded, type Rows } from "./matrix.js";

/** A network as calibration files hold it: see `Mlp`. */
export interface MlpFile {
  readonly kind: "mlp";
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly layers: readonly {
    readonly bias: readonly number[];
    readonly weights: readonly number[];
  }[];
}

export interface MlpOptions {
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly decay: number;
  readonly seed: number;
  /** Residuals beyond this count as this much (Huber's loss). */
  readonly outlier: number;
}

export const mlpDefaults: MlpOptions = {
  hidden: [24, 24],
  epochs: 300,
  batch: 32,
  rate: 3e-3,
  decay: 1e-4,
  seed: 1,
  outlier: 0.2,
};

/** Adam (Kingma & Ba 2015) with decoupled weight decay and a cosine schedule, tanh layers, one output. */
export function fitMlp(rows: Rows, targets: Float64Array, given: Partial<MlpOptions>): MlpFile {
  const options = { ...mlpDefaults, ...given };
  const width = rows[0]?.length ?? 0;
  const { mean, scale } = standardization(rows, width);
  const inputs = rows.map((row) =>
    row.map((value, j) => (value - (mean[j] ?? 0)) * (scale[j] ?? 1)),
  );
  const random = randomSource(options.seed);
  const sizes = [width, ...options.hidden, 1];
  const layers = sizes
    .slice(1)
    .map((outputs, index) => newLayer(sizes[index] ?? 1, outputs, random));
  const last = layers.at(-1);
  if (last !== undefined)
    last.bias.value[0] = targets.reduce((sum, value) => sum + value, 0) / targets.length;
  const order = Int32Array.from(rows, (_, index) => index);
  const stepsPerEpoch = Math.max(1, Math.floor(rows.length / options.batch));
  const steps = options.epochs * stepsPerEpoch;
  const activations = sizes.map((size) => new Float64Array(size));
  const deltas = sizes.map((size) => new Float64Array(size));
  for (let step = 0; step < steps; step++) {
    const at = step % stepsPerEpoch;
    if (at === 0) shuffle(order, random);
    for (const layer of layers) {
      layer.weights.gradient.fill(0);
      layer.bias.gradient.fill(0);
    }
    for (let item = 0; item < options.batch; item++) {
      const row = order[(at * options.batch + item) % order.length] ?? 0;
      const output = forward(layers, inputs[row] ?? new Float64Array(width), activations);
      const error = Math.min(
        Math.max(output - (targets[row] ?? 0), -options.outlier),
        options.outlier,
      );
      backward(layers, activations, deltas, error / options.batch);
    }
    const rate = options.rate * (0.02 + 0.49 * (1 + Math.cos((Math.PI * step) / steps)));
    for (const layer of layers) {
      adam(layer.weights, rate, step + 1, options.decay);
      adam(layer.bias, rate, step + 1, 0);
    }
  }
  return {
    kind: "mlp",
    mean: Array.from(mean, (value) => rounded(value)),
    scale: Array.from(scale, (value) => rounded(value)),
    layers: layers.map((layer) => ({
      bias: Array.from(layer.bias.value, (value) => rounded(value, 4)),
      weights: Array.from(layer.weights.value, (value) => rounded(value, 4)),
    })),
  };
}

interface Parameters {
  readonly value: Float64Array;
  readonly gradient: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Parameters;
  readonly bias: Parameters;
}

function newLayer(inputs: number, outputs: number, random: () => number): Layer {
  const weights = parameters(inputs * outputs);
  const spread = Math.sqrt(6 / (inputs + outputs));
  for (let index = 0; index < weights.value.length; index++)
    weights.value[index] = spread * (2 * random() - 1);
  return { inputs, outputs, weights, bias: parameters(outputs) };
}

function parameters(count: number): Parameters {
  const zeros = (): Float64Array => new Float64Array(count);
  return { value: zeros(), gradient: zeros(), first: zeros(), second: zeros() };
}

function forward(
  layers: readonly Layer[],
  input: Float64Array,
  activations: readonly Float64Array[],
): number {
  activations[0]?.set(input);
  for (const [index, { inputs, outputs, weights, bias }] of layers.entries()) {
    const from = activations[index] ?? input;
    const into = activations[index + 1] ?? input;
    for (let output = 0; output < outputs; output++) {
      let sum = bias.value[output] ?? 0;
      for (let j = 0; j < inputs; j++)
        sum += (weights.value[output * inputs + j] ?? 0) * (from[j] ?? 0);
      into[output] = index === layers.length - 1 ? sum : Math.tanh(sum);
    }
  }
  return activations.at(-1)?.[0] ?? 0;
}

function backward(
  layers: readonly Layer[],
  activations: readonly Float64Array[],
  deltas: readonly Float64Array[],
  error: number,
): void {
  deltas.at(-1)?.fill(error);
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index];
    const from = activations[index];
    const delta = deltas[index + 1];
    const below = deltas[index];
    if (layer === undefined || from === undefined || delta === undefined || below === undefined)
      return;
    below.fill(0);
    for (let output = 0; output < layer.outputs; output++) {
      const slope = delta[output] ?? 0;
      layer.bias.gradient[output] = (layer.bias.gradient[output] ?? 0) + slope;
      const row = output * layer.inputs;
      for (let j = 0; j < layer.inputs; j++) {
        layer.weights.gradient[row + j] =
          (layer.weights.gradient[row + j] ?? 0) + slope * (from[j] ?? 0);
        below[j] = (below[j] ?? 0) + slope * (layer.weights.value[row + j] ?? 0);
      }
    }
    for (let j = 0; j < layer.inputs; j++) below[j] = (below[j] ?? 0) * (1 - (from[j] ?? 0) ** 2);
  }
}

function adam(
  { value, gradient, first, second }: Parameters,
  rate: number,
  step: number,
  decay: number,
): void {
  const firstScale = 1 / (1 - 0.9 ** step);
  const secondScale = 1 / (1 - 0.999 ** step);
  for (let index = 0; index < value.length; index++) {
    const slope = gradient[index] ?? 0;
    const m = 0.9 * (first[index] ?? 0) + 0.1 * slope;
    const v = 0.999 * (second[index] ?? 0) + 0.001 * slope * slope;
    first[index] = m;
    second[index] = v;
    value[index] =
      (value[index] ?? 0) * (1 - rate * decay) -
      (rate * m * firstScale) / (Math.sqrt(v * secondScale) + 1e-8);
  }
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const kept = order[index] ?? 0;
    order[index] = order[other] ?? 0;
    order[other] = kept;
  }
}

function standardization(rows: Rows, width: number): { mean: Float64Array; scale: Float64Array } {
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (const row of rows)
    for (let j = 0; j < width; j++) mean[j] = (mean[j] ?? 0) + (row[j] ?? 0) / rows.length;
  for (const row of rows)
    for (let j = 0; j < width; j++)
      scale[j] = (scale[j] ?? 0) + ((row[j] ?? 0) - (mean[j] ?? 0)) ** 2 / rows.length;
  for (let j = 0; j < width; j++) scale[j] = 1 / Math.max(Math.sqrt(scale[j] ?? 0), 1e-6);
  return { mean, scale };
}
