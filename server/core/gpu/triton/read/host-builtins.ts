import { arithmeticOf, comparisonOf, nextPowerOfTwo } from "../../../python/arithmetic.js";
import { type HostValue, numberOf, unknownValue } from "./host-value.js";

/** A text may ask for a product of a thousand lists. */
export const mostItems = 2000;

export function builtin(name: string, values: readonly HostValue[]): HostValue | undefined {
  const numbers = values.map(numberOf);
  const [first, second] = numbers;
  const number = (value: number | undefined): HostValue =>
    value === undefined || !Number.isFinite(value) ? unknownValue : { kind: "number", value };
  switch (name) {
    case "cdiv":
      return number(first !== undefined && second ? Math.ceil(first / second) : undefined);
    case "next_power_of_2":
      return number(first === undefined ? undefined : nextPowerOfTwo(first));
    case "min":
    case "max": {
      const [only] = values;
      const all = only?.kind === "list" ? only.items.map(numberOf) : numbers;
      const known = all.filter((value) => value !== undefined);
      if (known.length < all.length || known.length === 0) return unknownValue;
      return number(name === "min" ? Math.min(...known) : Math.max(...known));
    }
    case "int":
    case "floor":
      return number(first === undefined ? undefined : Math.floor(first));
    case "ceil":
      return number(first === undefined ? undefined : Math.ceil(first));
    case "float":
    case "constexpr":
    case "constexpr_function":
      return values[0] ?? unknownValue;
    case "log2":
      return number(first === undefined ? undefined : Math.log2(first));
    case "len": {
      const [only] = values;
      return only?.kind === "list" ? number(only.items.length) : unknownValue;
    }
    case "range": {
      if (first === undefined || numbers.includes(undefined)) return unknownValue;
      const [start, stop] = second === undefined ? [0, first] : [first, second];
      const step = numbers[2] ?? 1;
      const items: HostValue[] = [];
      if (step === 0) return unknownValue;
      for (let at = start; step > 0 ? at < stop : at > stop; at += step) {
        if (items.length >= mostItems) break;
        items.push({ kind: "number", value: at });
      }
      return { kind: "list", items };
    }
    case "list":
    case "tuple":
    case "sorted":
      return values[0] ?? { kind: "list", items: [] };
    // Which configurations a function keeps is left to it: all are shown.
    case "filter":
      return values[1] ?? unknownValue;
    case "dict":
      return values[0] ?? unknownValue;
    case "product":
    case "itertools.product":
      return productOf(values);
    default:
      return undefined;
  }
}

export function productOf(lists: readonly HostValue[]): HostValue {
  let rows: readonly (readonly HostValue[])[] = [[]];
  for (const list of lists) {
    if (list.kind !== "list") return unknownValue;
    rows = rows.flatMap((row) => list.items.map((item) => [...row, item])).slice(0, mostItems);
  }
  return { kind: "list", items: rows.map((items) => ({ kind: "list", items })) };
}

export function combine(operator: string, left: HostValue, right: HostValue): HostValue {
  if (operator === "+" && left.kind === "list" && right.kind === "list")
    return { kind: "list", items: [...left.items, ...right.items].slice(0, mostItems) };
  if (operator === "|" && left.kind === "dict" && right.kind === "dict")
    return { kind: "dict", entries: new Map([...left.entries, ...right.entries]) };
  const [a, b] = [numberOf(left), numberOf(right)];
  const value = a === undefined || b === undefined ? undefined : arithmeticOf(operator, a, b);
  return value === undefined ? unknownValue : { kind: "number", value };
}

export function compareHost(
  operator: string,
  left: HostValue,
  right: HostValue,
): boolean | undefined {
  if (operator === "in" || operator === "not in") {
    if (right.kind !== "list") return undefined;
    const found = right.items.map((item) => compareHost("==", left, item));
    if (found.includes(undefined) && !found.includes(true)) return undefined;
    return found.includes(true) === (operator === "in");
  }
  if (left.kind === "unknown" || right.kind === "unknown") return undefined;
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return comparisonOf(operator, a, b);
  const isSame =
    left.kind === right.kind &&
    (left.kind === "none" ||
      ((left.kind === "text" || left.kind === "type") &&
        JSON.stringify(left) === JSON.stringify(right)));
  if (operator === "==" || operator === "is") return isSame;
  if (operator === "!=" || operator === "is not") return !isSame;
  return undefined;
}
