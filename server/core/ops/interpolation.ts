/**
 * Operations for one interpolated element over the axes that change size. Linear: 2ⁿ - 1 blends a + t × (b - a) of three
 * operations. Cubic: 4ⁿ taps of a multiply and an addition each (Keys, Cubic Convolution Interpolation, eq. 4 along each
 * axis). With antialiasing a downscaled axis takes 1/scale as many taps. Nearest copies.
 */
export function interpolationFlops(
  mode: string,
  scales: readonly number[],
  isAntialiased: boolean,
): number {
  const axes = scales.length;
  if (axes === 0 || mode === "nearest") return 0;
  let stretch = 1;
  if (isAntialiased) for (const scale of scales) if (0 < scale && scale < 1) stretch /= scale;
  if (stretch > 1) return 2 * (mode.includes("cubic") ? 4 : 2) ** axes * stretch;
  if (mode.includes("cubic")) return 2 * 4 ** axes;
  return 3 * (2 ** axes - 1);
}
