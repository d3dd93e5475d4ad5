/** What a choice adds to a plan's risk. */
export interface RiskPart {
  /** By itself. */
  readonly risk: number;
  /** The part that is the same for all inputs; its square is within `risk`. */
  readonly drift?: readonly number[];
  /** The part of `risk` that the model's own rounding behind a layer adds, whatever has moved what reaches it. */
  readonly floor?: number | undefined;
}

/**
 * Expected relative square error of the outputs when several layers are quantized: |Σ drift|² + Σ (risk − |drift|² − floor)
 * + max floor. A weight's rounding is the same in every inference, so what it does to the mean output adds up with its
 * sign; what is left of each layer is independent of the others'. (Bias and variance of E (Σ δ)², with δ the first-order
 * effects of layers.) Rounding behind them falls out otherwise once: the first layer's floor has those of the later ones.
 */
export function jointRisk(parts: readonly RiskPart[]): number {
  const sum = driftSum(parts);
  return squareOf(sum) + parts.reduce((total, part) => total + scatterOf(part), 0) + floorOf(parts);
}

export function floorOf(parts: readonly RiskPart[]): number {
  return parts.reduce((most, { floor = 0 }) => Math.max(most, floor), 0);
}

export function driftSum(parts: readonly RiskPart[]): readonly number[] {
  const sum: number[] = [];
  for (const { drift = [] } of parts)
    for (const [index, one] of drift.entries()) sum[index] = (sum[index] ?? 0) + one;
  return sum;
}

/** What adds up in squares; the difference of two equal numbers may come out a little below nothing. */
export function scatterOf({ risk, drift = [], floor = 0 }: RiskPart): number {
  return Math.max(0, risk - squareOf(drift) - floor);
}

export function squareOf(vector: readonly number[]): number {
  return vector.reduce((sum, one) => sum + one * one, 0);
}

export function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, one, index) => sum + one * (right[index] ?? 0), 0);
}
