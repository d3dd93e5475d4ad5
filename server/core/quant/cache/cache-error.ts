import { quantizeRows } from "../measure/quantize-rows.js";
import { random } from "../../base/random.js";
import type { CacheFormat, CacheHalf } from "./cache-format.js";

/** Root mean squares of the channels of one attention: [head × size] of keys and values, and of the queries that meet them. */
export interface ChannelScales {
  readonly key: Float32Array;
  readonly value: Float32Array;
  readonly query: Float32Array;
  /** What the keys of all tokens have in common. */
  readonly keyMean: Float32Array;
  readonly headSize: number;
  readonly isRotary: boolean;
}

export interface CacheError {
  /** Variance of an attention score's error: what keys do before the softmax. */
  readonly scoreVariance: number;
  /** Square error of the values over their squares. */
  readonly valueError: number;
  /**
   * Expected square error of the attention's output over its squares. To first order a softmax passes the error of scores on
   * as relative errors of its weights, and both sums over tokens fall away: Σ a² (δs² + δv²/v²) / Σ a².
   */
  readonly relative: number;
}

/** Tokens that are made up, spread over the context. */
const tokenCount = 128;
/** Heads of an attention that are tried: the one with the largest channel, and the first. */
const headLimit = 2;
const rotaryBase = 10_000;

/**
 * What a cache format does to one attention, from the magnitudes of its channels: tokens are drawn at random with these
 * magnitudes, rotated by their positions over the context and rounded. What a channel of the keys has beyond the median is
 * the same in all tokens: channels that stand out do so throughout a text (KIVI, arXiv 2402.02750, figure 2; KVQuant, arXiv
 * 2401.18079, figure 2). Real texts have more extreme channels than the weights alone say.
 */
export function cacheError(
  format: CacheFormat,
  scales: ChannelScales,
  context: number,
): CacheError {
  const { headSize } = scales;
  const next = random(97);
  let score = 0;
  let value = 0;
  const heads = headsOf(scales);
  for (const head of heads) {
    const part = (all: Float32Array): Float32Array =>
      all.subarray(head * headSize, (head + 1) * headSize);
    const { common, own } = inCommon(part(scales.key), part(scales.keyMean));
    const keys = tokens(own, next).map((one, index) => one + (common[index % headSize] ?? 0));
    const queries = tokens(part(scales.query), next);
    if (scales.isRotary) {
      rotate(keys, headSize, context);
      rotate(queries, headSize, context);
    }
    const values = tokens(part(scales.value), next);
    score += scoreError(errorOf(format.key, keys, headSize), queries, headSize);
    const moved = errorOf(format.value, values, headSize);
    value += squares(moved) / Math.max(Number.MIN_VALUE, squares(values));
  }
  const scoreVariance = score / heads.length;
  const valueError = value / heads.length;
  return { scoreVariance, valueError, relative: scoreVariance + valueError };
}

function inCommon(
  scale: Float32Array,
  mean: Float32Array,
): { readonly common: Float32Array; readonly own: Float32Array } {
  const median = [...scale].sort((left, right) => left - right)[scale.length >> 1] ?? 0;
  const own = scale.map((one) => Math.min(one, median));
  const common = scale.map(
    (one, index) => (mean[index] ?? 0) + Math.sqrt(Math.max(0, one * one - (own[index] ?? 0) ** 2)),
  );
  return { common, own };
}

function headsOf({ key, headSize }: ChannelScales): readonly number[] {
  const count = key.length / headSize;
  let largest = 0;
  for (let index = 0; index < key.length; index++)
    if ((key[index] ?? 0) > (key[largest] ?? 0)) largest = index;
  return [...new Set([Math.floor(largest / headSize), 0])].slice(0, Math.min(count, headLimit));
}

/** [token][channel], normal numbers of each channel's magnitude. */
function tokens(scale: Float32Array, next: () => number): Float32Array {
  return Float32Array.from(
    { length: tokenCount * scale.length },
    (_, index) =>
      (scale[index % scale.length] ?? 0) *
      Math.sqrt(-2 * Math.log(next())) *
      Math.cos(2 * Math.PI * next()),
  );
}

/** Rotary position embedding, halves of a head paired (Su et al. 2021, arXiv 2104.09864, equation 34). */
function rotate(x: Float32Array, size: number, context: number): void {
  const half = size / 2;
  for (let token = 0; token < tokenCount; token++) {
    const position = (token * Math.max(context, tokenCount)) / tokenCount;
    for (let channel = 0; channel < half; channel++) {
      const angle = position * rotaryBase ** (-channel / half);
      const first = token * size + channel;
      const [a, b] = [x[first] ?? 0, x[first + half] ?? 0];
      x[first] = a * Math.cos(angle) - b * Math.sin(angle);
      x[first + half] = a * Math.sin(angle) + b * Math.cos(angle);
    }
  }
}

/** Rounded along channels or along tokens. */
function errorOf({ scheme, along }: CacheHalf, x: Float32Array, size: number): Float32Array {
  if (along === "token") return difference(x, quantizeRows(scheme, x, size));
  const turned = transposed(x, size);
  return transposed(difference(turned, quantizeRows(scheme, turned, tokenCount)), tokenCount);
}

function difference(x: Float32Array, rounded: Float32Array): Float32Array {
  return x.map((one, index) => one - (rounded[index] ?? 0));
}

function transposed(x: Float32Array, columns: number): Float32Array {
  const rows = x.length / columns;
  return x.map((_, index) => x[(index % rows) * columns + Math.floor(index / rows)] ?? 0);
}

/** Mean of (q · e)² / size over pairs of a query and a key's error. */
function scoreError(errors: Float32Array, queries: Float32Array, size: number): number {
  let sum = 0;
  for (let token = 0; token < tokenCount; token++)
    for (let other = 0; other < 8; other++) {
      const at = ((token * 8 + other) % tokenCount) * size;
      let product = 0;
      for (let channel = 0; channel < size; channel++)
        product += (errors[token * size + channel] ?? 0) * (queries[at + channel] ?? 0);
      sum += product * product;
    }
  return sum / (8 * tokenCount * size);
}

function squares(x: Float32Array): number {
  return x.reduce((sum, one) => sum + one * one, 0);
}
