import type { HostValue } from "../read/host-value.js";
import { numberTile } from "./call.js";
import { type Value, truth, unknown } from "./value.js";

export function typeValue(type: string): Value {
  return { kind: "host", value: { kind: "type", type } };
}

export function fromHost(host: HostValue): Value {
  switch (host.kind) {
    case "number":
      return numberTile(host.value, host.isFloat === true);
    case "boolean":
      return truth(host.value);
    case "list":
      return { kind: "tuple", items: host.items.map(fromHost) };
    case "function":
      return { kind: "function", function: host.function };
    case "unknown":
      return unknown;
    case "text":
    case "none":
    case "dict":
    case "lambda":
    case "config":
    case "sm-count":
    case "type":
    case "tensor":
      return { kind: "host", value: host };
  }
}

export function truthOfValue(value: Value): boolean | undefined {
  if (value.kind === "host") {
    if (value.value.kind === "none") return false;
    if (value.value.kind === "text") return value.value.value !== "";
    return undefined;
  }
  if (value.kind !== "tile" || value.isMean) return undefined;
  if (value.isPointer) return true;
  return value.value === undefined ? undefined : value.value !== 0;
}

export function sameHost(left: Value, right: Value, operator: string): boolean | undefined {
  const isNone = (value: Value): boolean => value.kind === "host" && value.value.kind === "none";
  if (isNone(left) || isNone(right)) {
    if (left.kind === "unknown" || right.kind === "unknown") return undefined;
    return isNone(left) && isNone(right);
  }
  if (left.kind !== "host" || right.kind !== "host") return undefined;
  const [a, b] = [left.value, right.value];
  if (a.kind === "text" && b.kind === "text") return a.value === b.value;
  if (a.kind === "type" && b.kind === "type") return a.type === b.type;
  return operator.startsWith("is") ? false : undefined;
}
