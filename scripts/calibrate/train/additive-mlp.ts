import type { MlpFile } from "./mlp.js";
import { randomSource, rounded } from "./matrix.js";

/** A measured whole: its kernels, alike ones once with their count, and the time of all of them. */
export interface Whole {
  /** Row-major features, one row per different kernel. */
  readonly features: Float64Array;
  /** Per row: seconds at full peaks plus the overhead, before the correction. */
  readonly base: Float64Array;
  readonly count: Float64Array;
  readonly seconds: number;
}

export interface AdditiveOptions {
  readonly hidden: readonly [number, number];
  readonly epochs: number;
  /** Wholes per step. */
  readonly batch: number;
  readonly rate: number;
  readonly decay: number;
  /** Pull of every kernel's correction towards the roofline. */
  readonly shrink: number;
  /** Log errors beyond this count as this much (Huber's loss). */
  readonly outlier: number;
  readonly seed: number;
}

export const additiveDefaults: AdditiveOptions = {
  hidden: [20, 8],
  epochs: 40,
  batch: 24,
  rate: 1e-2,
  decay: 1e-3,
  shrink: 1e-3,
  outlier: 0.15,
  seed: 1,
};

/**
 * Fits seconds = inferenceSeconds + Σ count × base × exp(mlp(features)) to wholes, in logarithms of the sum: the parts
 * were never measured by themselves. Adam (Kingma & Ba 2015) over random batches of wholes, with a cosine schedule.
 */
export function fitAdditive(
  wholes: readonly Whole[],
  width: number,
  given: Partial<AdditiveOptions> = {},
): { readonly mlp: MlpFile; readonly inferenceSeconds: number } {
  const options = { ...additiveDefaults, ...given };
  const [first, second] = options.hidden;
  const random = randomSource(options.seed);
  const inputs = wholes.map(({ features }) => sparse(features, width));
  const parameters = first * width + first + second * first + second + second + 1 + 1;
  const at = offsets(width, first, second);
  const value = new Float64Array(parameters);
  const gradient = new Float64Array(parameters);
  const momentum = new Float64Array(parameters);
  const square = new Float64Array(parameters);
  const fill = (from: number, to: number, spread: number): void => {
    for (let index = from; index < to; index++) value[index] = spread * (2 * random() - 1);
  };
  fill(at.w1, at.b1, Math.sqrt(6 / (width + first)));
  fill(at.w2, at.b2, Math.sqrt(6 / (first + second)));
  value[at.b3] = startOf(wholes);
  const shortest = wholes.reduce((least, whole) => Math.min(least, whole.seconds), Infinity);
  value[at.extra] = Math.log(Math.max(shortest * 0.05, 1e-6));

  const rows = wholes.reduce((most, whole) => Math.max(most, whole.base.length), 0);
  const h1 = new Float64Array(rows * first);
  const h2 = new Float64Array(rows * second);
  const parts = new Float64Array(rows);
  const corrections = new Float64Array(rows);
  const d1 = new Float64Array(first);
  const d2 = new Float64Array(second);

  const accumulate = (index: number): void => {
    const whole = wholes[index];
    const x = inputs[index];
    if (whole === undefined || x === undefined) return;
    const { base, count } = whole;
    const extra = Math.exp(value[at.extra] ?? 0);
    let total = extra;
    for (let row = 0; row < base.length; row++) {
      const start = x.start[row] as number;
      const end = x.start[row + 1] as number;
      for (let j = 0; j < first; j++) {
        let sum = value[at.b1 + j] as number;
        const w = at.w1 + j * width;
        for (let i = start; i < end; i++)
          sum += (value[w + (x.column[i] as number)] as number) * (x.value[i] as number);
        h1[row * first + j] = tanh(sum);
      }
      let out = value[at.b3] ?? 0;
      for (let j = 0; j < second; j++) {
        let sum = value[at.b2 + j] ?? 0;
        const w = at.w2 + j * first;
        for (let i = 0; i < first; i++)
          sum += (value[w + i] as number) * (h1[row * first + i] as number);
        const unit = tanh(sum);
        h2[row * second + j] = unit;
        out += (value[at.w3 + j] as number) * unit;
      }
      corrections[row] = out;
      const part = (count[row] ?? 0) * (base[row] ?? 0) * Math.exp(Math.min(out, 8));
      parts[row] = part;
      total += part;
    }
    const error = Math.log(total / whole.seconds);
    const slope = Math.min(Math.max(error, -options.outlier), options.outlier) / options.batch;
    const pull = options.shrink / base.length / options.batch;
    gradient[at.extra] = (gradient[at.extra] ?? 0) + (slope * extra) / total;
    for (let row = 0; row < base.length; row++) {
      const start = x.start[row] as number;
      const end = x.start[row + 1] as number;
      const delta = (slope * (parts[row] ?? 0)) / total + pull * (corrections[row] ?? 0);
      gradient[at.b3] = (gradient[at.b3] ?? 0) + delta;
      d1.fill(0);
      for (let j = 0; j < second; j++) {
        const unit = h2[row * second + j] as number;
        gradient[at.w3 + j] = (gradient[at.w3 + j] as number) + delta * unit;
        d2[j] = delta * (value[at.w3 + j] as number) * (1 - unit * unit);
      }
      for (let j = 0; j < second; j++) {
        const d = d2[j] as number;
        gradient[at.b2 + j] = (gradient[at.b2 + j] as number) + d;
        const w = at.w2 + j * first;
        for (let i = 0; i < first; i++) {
          gradient[w + i] = (gradient[w + i] as number) + d * (h1[row * first + i] as number);
          d1[i] = (d1[i] as number) + d * (value[w + i] as number);
        }
      }
      for (let j = 0; j < first; j++) {
        const unit = h1[row * first + j] as number;
        const d = (d1[j] as number) * (1 - unit * unit);
        gradient[at.b1 + j] = (gradient[at.b1 + j] as number) + d;
        const w = at.w1 + j * width;
        for (let i = start; i < end; i++) {
          const to = w + (x.column[i] as number);
          gradient[to] = (gradient[to] as number) + d * (x.value[i] as number);
        }
      }
    }
  };

  const order = Int32Array.from(wholes, (_, index) => index);
  const stepsPerEpoch = Math.max(1, Math.floor(wholes.length / options.batch));
  const steps = options.epochs * stepsPerEpoch;
  for (let step = 0; step < steps; step++) {
    const from = (step % stepsPerEpoch) * options.batch;
    if (from === 0) shuffle(order, random);
    gradient.fill(0);
    for (let item = 0; item < options.batch; item++)
      accumulate(order[(from + item) % order.length] ?? 0);
    const warm = Math.min(1, (step + 1) / 50);
    const rate = warm * options.rate * (0.01 + 0.495 * (1 + Math.cos((Math.PI * step) / steps)));
    const firstScale = 1 / (1 - 0.9 ** (step + 1));
    const secondScale = 1 / (1 - 0.99 ** (step + 1));
    for (let index = 0; index < parameters; index++) {
      const g = gradient[index] as number;
      const m = 0.9 * (momentum[index] as number) + 0.1 * g;
      const v = 0.99 * (square[index] as number) + 0.01 * g * g;
      momentum[index] = m;
      square[index] = v;
      const isWeight = index < at.b1 || (index >= at.w2 && index < at.b2);
      value[index] =
        (value[index] as number) * (isWeight ? 1 - rate * options.decay : 1) -
        (rate * m * firstScale) / (Math.sqrt(v * secondScale) + 1e-8);
    }
  }
  const slice = (from: number, to: number): number[] =>
    Array.from(value.subarray(from, to), (item) => rounded(item, 4));
  return {
    inferenceSeconds: rounded(Math.exp(value[at.extra] ?? 0), 4),
    mlp: {
      kind: "mlp",
      mean: new Array<number>(width).fill(0),
      scale: new Array<number>(width).fill(1),
      layers: [
        { bias: slice(at.b1, at.w2), weights: slice(at.w1, at.b1) },
        { bias: slice(at.b2, at.w3), weights: slice(at.w2, at.b2) },
        { bias: slice(at.b3, at.extra), weights: slice(at.w3, at.b3) },
      ],
    },
  };
}

/** Where each layer's numbers begin in the one list of parameters. */
function offsets(
  width: number,
  first: number,
  second: number,
): Record<"w1" | "b1" | "w2" | "b2" | "w3" | "b3" | "extra", number> {
  const w1 = 0;
  const b1 = w1 + first * width;
  const w2 = b1 + first;
  const b2 = w2 + second * first;
  const w3 = b2 + second;
  const b3 = w3 + second;
  return { w1, b1, w2, b2, w3, b3, extra: b3 + 1 };
}

/** Median of the whole over the plain sum, as a logarithm. */
function startOf(wholes: readonly Whole[]): number {
  const ratios = wholes
    .map(({ base, count, seconds }) => {
      let sum = 0;
      for (let row = 0; row < base.length; row++) sum += (base[row] ?? 0) * (count[row] ?? 0);
      return Math.log(seconds / sum);
    })
    .sort((a, b) => a - b);
  return ratios[ratios.length >> 1] ?? 0;
}

/** Features that are not 0, row by row: of the forms that a kernel may have, it has one. */
interface Sparse {
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
}

function sparse(features: Float64Array, width: number): Sparse {
  const rows = features.length / width;
  const start = new Int32Array(rows + 1);
  const column: number[] = [];
  const value: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) {
      const item = features[row * width + j] as number;
      if (item === 0) continue;
      column.push(j);
      value.push(item);
    }
    start[row + 1] = column.length;
  }
  return { start, column: Int32Array.from(column), value: Float64Array.from(value) };
}

/** Half the time of `Math.tanh`, and the same to the last digits. */
function tanh(value: number): number {
  return 1 - 2 / (Math.exp(2 * value) + 1);
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const kept = order[index] ?? 0;
    order[index] = order[other] ?? 0;
    order[other] = kept;
  }
}
