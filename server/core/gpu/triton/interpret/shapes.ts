import {
  type TileCall,
  argument,
  asTile,
  extentsOf,
  itemsOf,
  numberArgument,
  tileArgument,
  typeArgument,
} from "./call.js";
import {
  type Tile,
  type Value,
  broadcastShape,
  broadcastStrides,
  scalar,
  tile,
  unionOf,
  unknown,
} from "./value.js";

/** Functions that make tiles or give them another shape; these cost nothing by themselves. */
export const shapeFunctions: Readonly<Record<string, (call: TileCall) => Value>> = {
  program_id: (call) => call.program(numberArgument(call, 0, "axis") ?? 0, false),
  num_programs: (call) => call.program(numberArgument(call, 0, "axis") ?? 0, true),
  arange: (call) => {
    const from = numberArgument(call, 0, "start") ?? 0;
    const to = numberArgument(call, 1, "end");
    if (to === undefined || !(to > from)) return unknown;
    return tile({ type: "int32", shape: [to - from], strides: [1] });
  },
  zeros: filled,
  full: filled,
  empty: filled,
  zeros_like: like,
  full_like: like,
  trans: transposed,
  permute: transposed,
  reshape: reshaped,
  view: reshaped,
  expand_dims: (call) => {
    const value = tileArgument(call, 0, "input");
    if (value === undefined) return unknown;
    return itemsOf(argument(call, 1, "axis")).reduce<Tile>((shown, item) => {
      const axis = asTile(item)?.value ?? 0;
      return withAxis(shown, axis < 0 ? shown.shape.length + 1 + axis : axis);
    }, value);
  },
  broadcast_to: (call) => {
    const value = tileArgument(call, 0, "input");
    const shape = extentsOf(shapeArgument(call));
    return value === undefined || shape === undefined ? unknown : spread(value, shape);
  },
  broadcast: (call) => {
    const [a, b] = [tileArgument(call, 0, "input"), tileArgument(call, 1, "other")];
    if (a === undefined || b === undefined) return unknown;
    const shape = broadcastShape(a.shape, b.shape);
    return { kind: "tuple", items: [spread(a, shape), spread(b, shape)] };
  },
  ravel: (call) => {
    const value = tileArgument(call, 0, "x");
    if (value === undefined) return unknown;
    return flat(value, [value.shape.reduce((product, extent) => product * extent, 1)]);
  },
  join: (call) => {
    const [a, b] = [tileArgument(call, 0, "a"), tileArgument(call, 1, "b")];
    if (a === undefined || b === undefined) return unknown;
    return { ...flat(a, [...a.shape, 2]), deps: unionOf(a.deps, b.deps) };
  },
  interleave: doubled,
  cat: doubled,
  split: (call) => {
    const value = tileArgument(call, 0, "a");
    if (value === undefined) return unknown;
    const half = flat(value, value.shape.slice(0, -1));
    return { kind: "tuple", items: [half, half] };
  },
  constexpr: (call) => argument(call, 0, "value"),
  multiple_of: first,
  max_contiguous: first,
  max_constancy: first,
  to_tensor: first,
};

function first(call: TileCall): Value {
  return argument(call, 0, "input", "x");
}

function filled(call: TileCall): Value {
  const shape = extentsOf(argument(call, 0, "shape"));
  if (shape === undefined) return unknown;
  const type = typeArgument(call, 1, "dtype") ?? typeArgument(call, 2, "dtype") ?? "float32";
  return tile({ type, shape, strides: shape.map(() => 0) });
}

function like(call: TileCall): Value {
  const value = tileArgument(call, 0, "input");
  if (value === undefined) return unknown;
  const { shape, type } = value;
  return tile({ type, shape, strides: shape.map(() => 0) });
}

/** `tl.reshape(x, 4, 8)` and `tl.reshape(x, (4, 8))`. */
function shapeArgument(call: TileCall): Value {
  const named = call.named.get("shape");
  if (named !== undefined) return named;
  const rest = call.positional.slice(1);
  const [only] = rest;
  if (rest.length === 1 && only !== undefined) return only;
  return { kind: "tuple", items: rest };
}

function reshaped(call: TileCall): Value {
  const value = tileArgument(call, 0, "input");
  const shape = extentsOf(shapeArgument(call));
  return value === undefined || shape === undefined ? unknown : flat(value, shape);
}

/** In another shape, of which it is not followed how the elements lie. */
function flat(value: Tile, shape: readonly number[]): Tile {
  return { ...value, shape, strides: shape.map(() => undefined), value: undefined };
}

function doubled(call: TileCall): Value {
  const value = tileArgument(call, 0, "a", "input");
  if (value === undefined) return unknown;
  const last = value.shape.at(-1) ?? 1;
  return flat(value, [...value.shape.slice(0, -1), 2 * last]);
}

function transposed(call: TileCall): Value {
  const value = tileArgument(call, 0, "input");
  if (value === undefined) return unknown;
  const order = extentsOf(shapeArgument(call)) ?? [];
  return reordered(value, order);
}

export function reordered(value: Tile, given: readonly number[]): Tile {
  const rank = value.shape.length;
  const swapped = value.shape.map((_, axis) =>
    axis < rank - 2 ? axis : rank - 1 - (axis - Math.max(0, rank - 2)),
  );
  const order = given.length === rank ? given : swapped;
  return {
    ...value,
    shape: order.map((axis) => value.shape[axis] ?? 1),
    strides: order.map((axis) => value.strides[axis]),
  };
}

export function withAxis(value: Tile, axis: number): Tile {
  const shape = [...value.shape];
  const strides = [...value.strides];
  shape.splice(axis, 0, 1);
  strides.splice(axis, 0, 0);
  return { ...value, shape, strides };
}

export function spread(value: Tile, shape: readonly number[]): Tile {
  return { ...value, shape, strides: broadcastStrides(value, shape), load: undefined };
}

export function shapeTuple(value: Tile): Value {
  return { kind: "tuple", items: value.shape.map((extent) => scalar(extent)) };
}
