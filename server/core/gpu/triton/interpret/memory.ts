import type { TextSpan } from "../../../base/text-span.js";
import { bytesOfType } from "../read/type-names.js";
import type { AccessOp, AtomicOp } from "./ops.js";
import type { Recorder } from "./recorder.js";
import {
  type BlockPointer,
  type Stride,
  type Tile,
  broadcastShape,
  broadcastStrides,
  elementsOf,
  scalar,
  tile,
  unionOf,
} from "./value.js";

/** `tl.load(pointer, mask=…, other=…)`. */
export function load(
  recorder: Recorder,
  span: TextSpan,
  pointer: Tile | BlockPointer,
  mask: Tile | undefined,
): Tile {
  const from = addressOf(pointer, mask);
  const op = access(recorder, span, "read", from, mask, false);
  return tile({
    shape: from.shape,
    type: from.type,
    array: from.array,
    deps: unionOf(from.deps, new Set(["memory"])),
    load: op,
  });
}

export function store(
  recorder: Recorder,
  span: TextSpan,
  pointer: Tile | BlockPointer,
  value: Tile | undefined,
  mask: Tile | undefined,
): void {
  const to = addressOf(pointer, mask, value);
  access(recorder, span, "write", to, mask, value?.isFromDot === true);
}

export function atomic(
  recorder: Recorder,
  span: TextSpan,
  pointer: Tile | BlockPointer,
  value: Tile | undefined,
  mask: Tile | undefined,
): Tile {
  const to = addressOf(pointer, mask, value);
  recorder.add<AtomicOp>({
    kind: "atomic",
    span,
    array: to.array,
    elementBytes: bytesOfType(to.type),
    shape: to.shape,
    strides: to.strides,
    share: mask?.share ?? 1,
    deps: to.deps,
  });
  return tile({ shape: to.shape, type: to.type, deps: unionOf(to.deps, new Set(["memory"])) });
}

interface Address {
  readonly shape: readonly number[];
  readonly strides: readonly (Stride | undefined)[];
  readonly type: string;
  readonly array: string;
  readonly deps: ReadonlySet<string>;
  readonly isDescriptor: boolean;
  /** Of a block pointer, the part of the tile that lies inside of the array. */
  readonly share: number;
}

function addressOf(pointer: Tile | BlockPointer, mask?: Tile, value?: Tile): Address {
  if (pointer.kind === "block") {
    const { block, strides, deps, isDescriptor } = pointer;
    const { type, array = "" } = pointer.pointer;
    const share = block.reduce((product, extent, axis) => {
      const whole = pointer.shape[axis];
      if (whole === undefined || whole <= 0) return product;
      return product * (whole / (Math.ceil(whole / extent) * extent));
    }, 1);
    return { shape: block, strides, type, array, deps, isDescriptor, share };
  }
  // A scalar pointer with a tile of values or a mask is one address, written once.
  const shape = broadcastShape(
    pointer.shape,
    pointer.shape.length === 0 ? [] : broadcastShape(mask?.shape ?? [], value?.shape ?? []),
  );
  return {
    shape,
    strides: broadcastStrides(pointer, shape),
    type: pointer.type,
    array: pointer.array ?? "",
    deps: pointer.deps,
    isDescriptor: false,
    share: 1,
  };
}

function access(
  recorder: Recorder,
  span: TextSpan,
  direction: "read" | "write",
  address: Address,
  mask: Tile | undefined,
  isFromDot: boolean,
): AccessOp {
  return recorder.add<AccessOp>({
    kind: "access",
    span,
    direction,
    array: address.array,
    type: address.type,
    elementBytes: bytesOfType(address.type),
    shape: address.shape,
    strides: address.strides,
    share: address.share * (mask?.share ?? 1),
    deps: address.deps,
    isDescriptor: address.isDescriptor,
    isIndirect: address.deps.has("memory"),
    feedsDot: false,
    isFromDot,
  });
}

/** `tl.advance(pointer, offsets)`, and the place that a descriptor is read at. */
export function moved(pointer: BlockPointer, offsets: readonly (Tile | undefined)[]): BlockPointer {
  return {
    ...pointer,
    deps: unionOf(pointer.deps, ...offsets.map((one) => one?.deps ?? new Set<string>())),
  };
}

/** `value.to(type)`: what was loaded stays what was loaded, for a product converts its factors on the way. */
export function cast(recorder: Recorder, span: TextSpan, value: Tile, type: string): Tile {
  if (value.isPointer || value.type === type) return value;
  const result = { ...value, type, isProduct: false };
  if (value.shape.length > 0 && value.type !== "bool" && value.type !== "int1")
    recorder.arithmetic(span, "convert", elementsOf(value), { instructions: 1, flops: 0 });
  return result;
}

export function pointerOf(value: Tile): Tile {
  return value.isPointer ? value : { ...scalar(undefined, value.type), ...value, isPointer: true };
}
