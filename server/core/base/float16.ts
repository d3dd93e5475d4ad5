/** The number of a float16 by its bits (IEEE 754). */
export function float16Of(code: number): number {
  const exponent = (code >> 10) & 31;
  const mantissa = code & 1023;
  const magnitude =
    exponent === 31
      ? mantissa === 0
        ? Infinity
        : NaN
      : exponent === 0
        ? mantissa * 2 ** -24
        : (1024 + mantissa) * 2 ** (exponent - 25);
  return code >= 32768 ? -magnitude : magnitude;
}
