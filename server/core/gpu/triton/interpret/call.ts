import type { TextSpan } from "../../../base/text-span.js";
import type { HostValue } from "../read/host-value.js";
import type { Recorder } from "./recorder.js";
import { type BlockPointer, type Tile, type Value, tile, unknown } from "./value.js";

/** A call of one of Triton's functions, with its arguments worked out. */
export interface TileCall {
  readonly recorder: Recorder;
  readonly span: TextSpan;
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** A program id or the number of programs along an axis. */
  readonly program: (axis: number, isCount: boolean) => Tile;
}

/** By its place or its name. */
export function argument(call: TileCall, index: number, ...names: readonly string[]): Value {
  for (const name of names) {
    const found = call.named.get(name);
    if (found !== undefined) return found;
  }
  return call.positional[index] ?? unknown;
}

export function tileArgument(
  call: TileCall,
  index: number,
  ...names: readonly string[]
): Tile | undefined {
  return asTile(argument(call, index, ...names));
}

export function asTile(value: Value): Tile | undefined {
  if (value.kind === "tile") return value;
  if (value.kind !== "host") return undefined;
  const { value: host } = value;
  if (host.kind === "boolean") return tile({ type: "bool", value: host.value ? 1 : 0 });
  if (host.kind === "number") return numberTile(host.value, host.isFloat === true);
  return undefined;
}

export function numberTile(value: number, isFloat: boolean): Tile {
  return tile({ type: isFloat ? "float32" : "int32", value });
}

export function numberArgument(
  call: TileCall,
  index: number,
  ...names: readonly string[]
): number | undefined {
  return tileArgument(call, index, ...names)?.value;
}

export function hostArgument(
  call: TileCall,
  index: number,
  ...names: readonly string[]
): HostValue | undefined {
  const found = argument(call, index, ...names);
  return found.kind === "host" ? found.value : undefined;
}

export function typeArgument(
  call: TileCall,
  index: number,
  ...names: readonly string[]
): string | undefined {
  const host = hostArgument(call, index, ...names);
  return host?.kind === "type" ? host.type : undefined;
}

/** Extents in a tuple or list; undefined where one of them is not known. */
export function extentsOf(value: Value): readonly number[] | undefined {
  if (value.kind === "tile" && value.shape.length === 0)
    return value.value === undefined ? undefined : [value.value];
  if (value.kind !== "tuple") return undefined;
  const extents = value.items.map((item) => asTile(item)?.value);
  const known = extents.filter((extent) => extent !== undefined);
  return known.length === extents.length ? known : undefined;
}

export function itemsOf(value: Value): readonly Value[] {
  return value.kind === "tuple" ? value.items : [value];
}

export function pointerArgument(call: TileCall): Tile | BlockPointer | undefined {
  const first = argument(call, 0, "pointer", "ptr", "desc");
  return first.kind === "block" ? first : asTile(first);
}
