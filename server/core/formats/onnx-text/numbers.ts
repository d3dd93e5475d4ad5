import type { Cursor, NumberToken } from "./cursor.js";

/** Limits of a signed 64-bit integer, which is what an attribute holds. */
const int64 = { low: -(2 ** 63), high: 2 ** 63 };

/** The integer just read; complains and answers the nearest allowed one when it lies outside the range. */
export function parseInteger(
  cursor: Cursor,
  text: string,
  range: { readonly low: number; readonly high: number } = int64,
): number {
  const value = Number(text);
  if (range.low <= value && value <= range.high) return value;
  const message = `${text} does not fit its type, which holds ${range.low} to ${range.high}.`;
  cursor.report("RP1057", "error", message, cursor.tokenSpan());
  return value < range.low ? range.low : range.high;
}

/** The 32-bit float just read, which is what an attribute holds. */
export function parseFloat32(cursor: Cursor, token: NumberToken): number {
  const value = float64Of(token.text);
  const rounded = Math.fround(value);
  if (Number.isFinite(value) && !Number.isFinite(rounded)) {
    const message = `${token.text} is beyond the range of a 32-bit float.`;
    cursor.report("RP1057", "error", message, cursor.tokenSpan());
  }
  return rounded;
}

/** The number as JavaScript reads it, with ONNX's spellings of infinities and NaN. */
export function float64Of(text: string): number {
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  const word = text.toLowerCase();
  if (word.endsWith("nan")) return NaN;
  return word.startsWith("-") ? -Infinity : Infinity;
}
