import { type TileCall, asTile, extentsOf } from "./call.js";
import { functionOf } from "./language.js";
import { extreme } from "./math.js";
import { type Value, scalar, unknown } from "./value.js";

/** What Python itself brings. */
export function pythonFunction(name: string, call: TileCall): Value | undefined {
  const tiles = call.positional.map(asTile);
  const [first] = tiles;
  switch (name) {
    case "min":
    case "max":
      return first === undefined ? undefined : extreme(call, name === "min" ? Math.min : Math.max);
    case "abs":
      return functionOf("abs")?.(call);
    case "float":
    case "int":
      // `float("inf")` is a number that nothing depends on.
      if (first === undefined && name === "float") return scalar(undefined, "float32");
      return first === undefined
        ? undefined
        : { ...first, type: name === "int" ? "int32" : "float32" };
    case "bool":
      return first;
    case "len": {
      const extents = extentsOf(call.positional[0] ?? unknown);
      return extents === undefined ? undefined : scalar(extents.length);
    }
    case "tuple":
    case "list":
      return call.positional[0];
    default:
      return undefined;
  }
}
