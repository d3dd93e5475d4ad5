/** What quantization does to one weight in one scheme. Sums over all finite elements. */
export interface SchemeError {
  readonly schemeId: string;
  /** Σe². */
  readonly squareSum: number;
  /** Σxe. */
  readonly productSum: number;
  /** Σ v e², where the columns have weights v. */
  readonly weightedSquareSum: number;
  /** Largest |e|. */
  readonly largest: number;
  /** Elements beyond the ends of the grid. */
  readonly clippedCount: number;
  /** Bytes that the weight takes, scales included. */
  readonly bytes: number;
}

/** Of a weight that the scheme holds as the file does. */
export function withoutError({ schemeId, bytes }: SchemeError): SchemeError {
  const none = { squareSum: 0, productSum: 0, weightedSquareSum: 0, largest: 0, clippedCount: 0 };
  return { schemeId, bytes, ...none };
}

/** One weight in all schemes. */
export interface WeightErrors {
  readonly elementCount: number;
  /** NaN and infinities; they are left out of everything else. */
  readonly excludedCount: number;
  readonly low: number;
  readonly high: number;
  /** Σx². */
  readonly energy: number;
  /** Σ v x², where the columns have weights v; else 0. */
  readonly weightedEnergy: number;
  /** Rows whose largest magnitude is more than `outlierFactor` times the median row's. */
  readonly outlierRowCount: number;
  readonly schemes: readonly SchemeError[];
}

export const outlierFactor = 6;

/** Signal to quantization noise, dB; infinite when nothing is lost, undefined for an all-zero tensor. */
export function sqnrDb(energy: number, squareSum: number): number | undefined {
  if (energy === 0) return undefined;
  return squareSum === 0 ? Infinity : 10 * Math.log10(energy / squareSum);
}

/** Cosine between the weight and its quantized self: Σxq / √(Σx² Σq²) with q = x − e. */
export function cosineOf(energy: number, { squareSum, productSum }: SchemeError): number {
  const quantized = energy - 2 * productSum + squareSum;
  if (energy <= 0 || quantized <= 0) return 0;
  return Math.min(1, (energy - productSum) / Math.sqrt(energy * quantized));
}
