import { formatNumber } from "../base/units.js";
import type { Quantization } from "../graph/graph.js";

/** "scale 0.0235, zero point -128", or the range of scales where each slice along an axis has its own; "" for none. */
export function quantizationText(quantization: Quantization | undefined): string {
  if (quantization === undefined) return "";
  const { scales, zeroPoints, axis } = quantization;
  const [scale = 0] = scales;
  if (scales.length === 1) return `scale ${formatNumber(scale)}, zero point ${zeroPoints[0] ?? 0}`;
  let low = scale;
  let high = scale;
  for (const other of scales) {
    low = Math.min(low, other);
    high = Math.max(high, other);
  }
  return `${scales.length} scales along axis ${axis}, ${formatNumber(low)} to ${formatNumber(high)}`;
}
