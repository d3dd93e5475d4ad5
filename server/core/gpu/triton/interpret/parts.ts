import type { TextSpan } from "../../../base/text-span.js";
import type { PyExpression } from "../../../python/syntax.js";
import { compare } from "./arithmetic.js";
import { asTile } from "./call.js";
import { fromHost, sameHost, truthOfValue, typeValue } from "./from-host.js";
import type { Recorder } from "./recorder.js";
import { reordered, shapeTuple, withAxis } from "./shapes.js";
import { type Tile, type Value, scalar, truth, unknown } from "./value.js";

/** `x.shape`, `pointer.dtype.element_ty`, `x.T`. */
export function attributeOf(object: Value, name: string): Value {
  if (object.kind === "block") return name === "dtype" ? typeValue(object.pointer.type) : unknown;
  if (object.kind === "host" && object.value.kind === "type") return object;
  const value = asTile(object);
  if (value === undefined) return unknown;
  switch (name) {
    case "dtype":
    case "element_ty":
    case "type":
    case "scalar":
      return typeValue(value.type);
    case "shape":
      return shapeTuple(value);
    case "T":
      return reordered(value, []);
    case "value":
      return value;
    default:
      return unknown;
  }
}

/** An item of a tuple; of a tile `None` makes an axis. */
export function subscriptOf(
  object: Value,
  index: PyExpression,
  evaluate: (expression: PyExpression) => Value,
): Value {
  if (object.kind === "tuple") {
    const at = asTile(evaluate(index))?.value;
    return at === undefined ? unknown : (object.items.at(at) ?? unknown);
  }
  if (object.kind === "host" && object.value.kind === "list") {
    const at = asTile(evaluate(index))?.value;
    const item = at === undefined ? undefined : object.value.items.at(at);
    return item === undefined ? unknown : fromHost(item);
  }
  if (object.kind !== "tile") return unknown;
  const items = index.kind === "sequence" ? index.items : [index];
  let shown: Tile = object;
  items.forEach((item, axis) => {
    if (item.kind === "constant" && item.value === null) shown = withAxis(shown, axis);
  });
  return shown;
}

export function compareValues(
  recorder: Recorder,
  span: TextSpan,
  operator: string,
  left: Value,
  right: Value,
): Value {
  if (left.kind === "host" || right.kind === "host") {
    const same = sameHost(left, right, operator);
    const isPositive = operator === "==" || operator === "is";
    const isNegative = operator === "!=" || operator === "is not";
    if (same !== undefined && (isPositive || isNegative)) return truth(same === isPositive);
  }
  if (operator === "in" || operator === "not in") {
    if (right.kind !== "tuple") return scalar(undefined, "bool");
    const found = right.items.map((item) =>
      truthOfValue(compareValues(recorder, span, "==", left, item)),
    );
    if (found.includes(true)) return truth(operator === "in");
    return found.includes(undefined) ? scalar(undefined, "bool") : truth(operator === "not in");
  }
  const [a, b] = [asTile(left), asTile(right)];
  if (a === undefined || b === undefined) return scalar(undefined, "bool");
  return compare(recorder, span, operator, a, b);
}
