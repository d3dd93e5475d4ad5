import { isFloatType } from "../read/type-names.js";
import {
  type TileCall,
  argument,
  extentsOf,
  hostArgument,
  itemsOf,
  asTile,
  pointerArgument,
  tileArgument,
  typeArgument,
} from "./call.js";
import { mathFunctions } from "./math.js";
import { atomic, load, moved, store } from "./memory.js";
import type { DotOp } from "./ops.js";
import { shapeFunctions } from "./shapes.js";
import {
  type BlockPointer,
  type Stride,
  type Tile,
  type Value,
  none,
  tile,
  unionOf,
  unknown,
} from "./value.js";
import { bytesOfType } from "../read/type-names.js";

/** What Triton's functions do with tiles, by name. */
const functions: Readonly<Record<string, (call: TileCall) => Value>> = {
  ...shapeFunctions,
  ...mathFunctions,
  load: (call) => {
    const pointer = pointerArgument(call);
    if (pointer === undefined) return unknown;
    const mask = pointer.kind === "block" ? undefined : tileArgument(call, 1, "mask");
    return load(call.recorder, call.span, pointer, mask);
  },
  store: (call) => {
    const pointer = pointerArgument(call);
    if (pointer === undefined) return none;
    const mask = pointer.kind === "block" ? undefined : tileArgument(call, 2, "mask");
    store(call.recorder, call.span, pointer, tileArgument(call, 1, "value"), mask);
    return none;
  },
  load_tensor_descriptor: descriptorLoad,
  _experimental_descriptor_load: descriptorLoad,
  store_tensor_descriptor: descriptorStore,
  _experimental_descriptor_store: descriptorStore,
  dot: (call) => product(call, 2),
  dot_scaled: (call) => product(call, 6),
  make_block_ptr: (call) =>
    block(call, {
      shape: argument(call, 1, "shape"),
      strides: argument(call, 2, "strides"),
      offsets: argument(call, 3, "offsets"),
      block: argument(call, 4, "block_shape"),
      isDescriptor: false,
    }),
  make_tensor_descriptor: descriptor,
  _experimental_make_tensor_descriptor: descriptor,
  advance: (call) => {
    const pointer = argument(call, 0, "base");
    if (pointer.kind !== "block") return pointer;
    return moved(pointer, itemsOf(argument(call, 1, "offsets")).map(asTile));
  },
  swizzle2d: (call) => {
    const [i, j] = [tileArgument(call, 0, "i"), tileArgument(call, 1, "j")];
    return i === undefined || j === undefined ? unknown : { kind: "tuple", items: [i, j] };
  },
  ...Object.fromEntries(
    ["add", "max", "min", "and", "or", "xor", "xchg", "cas"].map((name) => [
      `atomic_${name}`,
      (call: TileCall) => {
        const pointer = pointerArgument(call);
        if (pointer === undefined) return unknown;
        const index = name === "cas" ? 2 : 1;
        const mask = tileArgument(call, index + 1, "mask");
        return atomic(call.recorder, call.span, pointer, tileArgument(call, index, "val"), mask);
      },
    ]),
  ),
  ...Object.fromEntries(
    [
      "static_assert",
      "static_print",
      "device_print",
      "device_assert",
      "debug_barrier",
      "assume",
      "inline_asm",
    ].map((name) => [name, () => none]),
  ),
};

export function functionOf(name: string): ((call: TileCall) => Value) | undefined {
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/** `tl.dot(a, b, acc)`: 2 × m × n × k operations a batch. */
function product(call: TileCall, accumulatorIndex: number): Value {
  const left = tileArgument(call, 0, "input", "lhs");
  const right = tileArgument(
    call,
    call.positional.length > 3 && accumulatorIndex === 6 ? 3 : 1,
    "other",
    "rhs",
  );
  if (left === undefined || right === undefined) return unknown;
  const rank = left.shape.length;
  const m = left.shape[rank - 2];
  const k = left.shape[rank - 1];
  const n = right.shape[right.shape.length - 1];
  if (m === undefined || k === undefined || n === undefined) return unknown;
  const batch = left.shape.slice(0, -2);
  const accumulator = tileArgument(call, accumulatorIndex, "acc");
  for (const factor of [left, right]) if (factor.load !== undefined) factor.load.feedsDot = true;
  call.recorder.add<DotOp>({
    kind: "dot",
    span: call.span,
    batch: batch.reduce((all, extent) => all * extent, 1),
    m,
    n,
    k,
    type: left.type,
    isExact: left.type === "float64" || (left.type === "float32" && isIeee(call)),
    left: left.load,
    right: right.load,
    leftElementBytes: bytesOfType(left.type),
    rightElementBytes: bytesOfType(right.type),
  });
  const type = typeArgument(call, 5, "out_dtype") ?? accumulator?.type;
  return tile({
    type: type ?? (isFloatType(left.type) ? "float32" : "int32"),
    shape: [...batch, m, n],
    deps: unionOf(left.deps, right.deps, accumulator?.deps ?? new Set<string>()),
    isFromDot: true,
    // Added to what there is, an accumulation is part of the product.
    isProduct: false,
  });
}

function isIeee(call: TileCall): boolean {
  const precision = hostArgument(call, 3, "input_precision");
  if (precision?.kind === "text") return precision.value === "ieee";
  return tileArgument(call, 4, "allow_tf32")?.value === 0;
}

function descriptor(call: TileCall): Value {
  return block(call, {
    shape: argument(call, 1, "shape"),
    strides: argument(call, 2, "strides"),
    offsets: unknown,
    block: argument(call, 3, "block_shape"),
    isDescriptor: true,
  });
}

function block(
  call: TileCall,
  given: {
    readonly shape: Value;
    readonly strides: Value;
    readonly offsets: Value;
    readonly block: Value;
    readonly isDescriptor: boolean;
  },
): Value {
  const pointer = tileArgument(call, 0, "base");
  const extents = extentsOf(given.block);
  if (pointer === undefined || extents === undefined) return unknown;
  const strides = itemsOf(given.strides).map((item): Stride | undefined => {
    const one = asTile(item);
    if (one === undefined) return undefined;
    return one.value !== undefined && !one.isMean ? one.value : (one.text ?? "a stride");
  });
  const deps = unionOf(
    pointer.deps,
    ...itemsOf(given.offsets).map((item) => asTile(item)?.deps ?? new Set<string>()),
  );
  const found: BlockPointer = {
    kind: "block",
    pointer,
    block: extents,
    strides,
    shape: itemsOf(given.shape).map((item) => asTile(item)?.value),
    deps,
    isDescriptor: given.isDescriptor,
  };
  return found;
}

function descriptorLoad(call: TileCall): Value {
  const pointer = argument(call, 0, "desc");
  const offsets = itemsOf(argument(call, 1, "offsets"));
  return loadAt(call, pointer, offsets, extentsOf(argument(call, 2, "shape")));
}

function descriptorStore(call: TileCall): Value {
  storeAt(
    call,
    argument(call, 0, "desc"),
    itemsOf(argument(call, 2, "offsets")),
    tileArgument(call, 1, "value"),
  );
  return none;
}

/** `descriptor.load(offsets)`; a descriptor that the host made is known by its type alone. */
export function loadAt(
  call: TileCall,
  pointer: Value,
  offsets: readonly Value[],
  extents?: readonly number[],
): Value {
  const from = asBlock(pointer, extents);
  if (from === undefined) return unknown;
  return load(call.recorder, call.span, moved(from, offsets.map(asTile)), undefined);
}

export function storeAt(
  call: TileCall,
  pointer: Value,
  offsets: readonly Value[],
  value: Tile | undefined,
): void {
  const to = asBlock(pointer, value?.shape);
  if (to === undefined) return;
  store(call.recorder, call.span, moved(to, offsets.map(asTile)), value, undefined);
}

function asBlock(pointer: Value, extents: readonly number[] | undefined): BlockPointer | undefined {
  if (pointer.kind === "block") return pointer;
  const base = asTile(pointer);
  if (base === undefined || extents === undefined) return undefined;
  return {
    kind: "block",
    pointer: base,
    block: extents,
    // Descriptors ask for rows without gaps.
    strides: extents.map((_, axis) => (axis === extents.length - 1 ? 1 : "a row")),
    shape: [],
    deps: base.deps,
    isDescriptor: true,
  };
}
