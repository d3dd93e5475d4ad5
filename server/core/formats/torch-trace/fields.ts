/** Reading of JSON that a process made which runs code we do not know: nothing in it is believed. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

/** The list, cut at `limit`; an empty one where there is none. */
export function listOf(value: unknown, limit: number): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  return value.length > limit ? value.slice(0, limit) : value;
}

export function textOf(value: unknown, limit = 4096): string {
  return typeof value === "string" ? value.slice(0, limit) : "";
}

/** A whole number in [low, high], or undefined. */
export function wholeOf(value: unknown, low: number, high: number): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && low <= value && value <= high
    ? value
    : undefined;
}

export function countOf(value: unknown): number | undefined {
  return wholeOf(value, 0, Number.MAX_SAFE_INTEGER);
}
