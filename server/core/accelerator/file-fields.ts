import type { Decoder } from "../base/decode.js";
import { decodeQuantity, type QuantityRule } from "./quantity.js";

export type Fields = Readonly<Record<string, unknown>>;

/** Ranges of what can be swept as well as written in a file: they catch slips, not unusual hardware. */
export const rules = {
  extent: { unit: "", low: 1, high: 65536, isWhole: true },
  count: { unit: "", low: 1, high: 1 << 26, isWhole: true },
  cores: { unit: "", low: 1, high: 4096, isWhole: true },
  clock: { unit: "Hz", low: 1e3, high: 1e11 },
  node: { unit: "", low: 1, high: 1000 },
  supply: { unit: "", low: 0.2, high: 2 },
  size: { unit: "B", low: 16, high: 2 ** 44 },
  bandwidth: { unit: "B/s", low: 1e3, high: 1e16 },
  words: { unit: "", low: 0, high: 1 << 24, isWhole: true },
  lanes: { unit: "", low: 1, high: 1 << 20, isWhole: true },
  joules: { unit: "J", low: 0, high: 1e-3 },
} as const satisfies Record<string, QuantityRule>;

export function required(
  decoder: Decoder,
  fields: Fields,
  key: string,
  rule: QuantityRule,
  advice: string,
  parent = "",
): number | undefined {
  const path = parent === "" ? key : `${parent}.${key}`;
  return fields[key] === undefined
    ? decoder.complain(path, `is missing; ${advice}.`)
    : decodeQuantity(decoder, fields[key], path, rule);
}

export function optional(
  decoder: Decoder,
  fields: Fields,
  key: string,
  rule: QuantityRule,
  fallback: number,
  parent = "",
): number | undefined {
  if (fields[key] === undefined) return fallback;
  return decodeQuantity(decoder, fields[key], parent === "" ? key : `${parent}.${key}`, rule);
}

export function decodeFlag(
  decoder: Decoder,
  fields: Fields,
  key: string,
  fallback: boolean,
  parent: string,
): boolean | undefined {
  const value = fields[key] ?? fallback;
  return typeof value === "boolean"
    ? value
    : decoder.complain(parent === "" ? key : `${parent}.${key}`, "should be true or false.");
}
