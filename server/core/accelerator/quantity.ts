import type { Decoder } from "../base/decode.js";

/** What a number of an architecture file counts, with the range in which it is believed. */
export interface QuantityRule {
  readonly unit: "" | "B" | "Hz" | "B/s" | "J";
  readonly low: number;
  readonly high: number;
  readonly isWhole?: boolean;
}

const binary: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const decimal: Readonly<Record<string, number>> = {
  f: 1e-15,
  p: 1e-12,
  n: 1e-9,
  u: 1e-6,
  µ: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
};

/** A number in the base unit, or a text such as `"108 KiB"`, `"25.6 GB/s"`, `"200 MHz"`. */
export function decodeQuantity(
  decoder: Decoder,
  value: unknown,
  path: string,
  rule: QuantityRule,
): number | undefined {
  const number = typeof value === "string" ? parseQuantity(value, rule.unit) : value;
  if (typeof number !== "number" || !Number.isFinite(number))
    return decoder.complain(
      path,
      rule.unit === ""
        ? "should be a number."
        : `should be a number of ${rule.unit}, or a text such as "${examples[rule.unit]}".`,
    );
  const found = decoder.number(number, path, rule);
  if (found !== undefined && rule.isWhole === true && !Number.isInteger(found))
    return decoder.complain(path, `should be a whole number; it is ${found}.`);
  return found;
}

/** `"64 KiB"` in the given unit; undefined when it is none of it. */
export function parseQuantity(text: string, unit: QuantityRule["unit"]): number | undefined {
  const match = /^\s*([0-9][0-9_]*(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?)\s*(.*?)\s*$/i.exec(text);
  if (match?.[1] === undefined) return undefined;
  const value = Number(match[1].replaceAll("_", ""));
  const rest = match[2] ?? "";
  if (rest === "") return value;
  const prefix = unit !== "" && rest.endsWith(unit) ? rest.slice(0, -unit.length) : undefined;
  // A count and the prefix of a byte may stand alone: `1M`, `64Ki`.
  const scale = prefix ?? (unit === "" || unit === "B" ? rest : undefined);
  if (scale === undefined) return undefined;
  const factor = (Object.hasOwn(binary, scale) ? binary : decimal)[scale];
  return factor === undefined ? undefined : value * factor;
}

const examples = { B: "108 KiB", Hz: "200 MHz", "B/s": "25.6 GB/s", J: "2 pJ" } as const;
