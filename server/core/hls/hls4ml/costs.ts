/** The numbers of `server/data/hls4ml`, read by name. */
export interface Hls4mlCosts {
  readonly of: (name: string) => number;
  readonly source: string;
}

/** Undefined where the file is no object of numbers. */
export function hls4mlCosts(value: unknown): Hls4mlCosts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const numbers = new Map<string, number>();
  const take = (from: object, prefix: string): void => {
    for (const [key, one] of Object.entries(from) as [string, unknown][])
      if (typeof one === "number") numbers.set(prefix + key, one);
      else if (typeof one === "object" && one !== null) take(one, `${prefix}${key}.`);
  };
  take(value, "");
  const { source } = value as { source?: unknown };
  return {
    of: (name) => {
      const found = numbers.get(name);
      if (found === undefined) throw new Error(`no number ${name}`);
      return found;
    },
    source: typeof source === "string" ? source : "",
  };
}
