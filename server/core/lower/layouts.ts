import { productOf } from "../base/product.js";
import type { Node, NodeId, ValueId } from "../graph/graph.js";
import { knownShape } from "../graph/value-type.js";
import { activationsOf, kindOf, opOf, type Draft } from "./draft.js";

/**
 * Where torch's tensors lie in memory, by their strides. A view that strides can say costs nothing; a reshape that they
 * cannot, and an operand that a kernel wants packed, are copies (torch.Tensor.view, "Tensor Views"; `computeStride` in
 * ATen/TensorUtils.cpp). Layouts follow the operands: what a channels-last tensor runs through stays channels-last.
 */
export interface Layouts {
  /** Reshapes that copy. */
  readonly copies: ReadonlySet<NodeId>;
  /** `contiguous` of what is packed already. */
  readonly idle: ReadonlySet<NodeId>;
  /** Operands that a node packs before it reads them. */
  readonly packs: ReadonlyMap<NodeId, readonly ValueId[]>;
  /** 1 for a node whose first operand is an image with its channels last. */
  readonly isChannelsLast: Uint8Array;
  /** A compiler copies in the kernels before and after, and packs nothing that it makes itself. */
  readonly isFused: boolean;
}

type Strides = readonly number[];

interface Placed {
  readonly shape: readonly number[];
  readonly strides: Strides;
}

export function layoutsOf(draft: Draft): Layouts {
  const { flow, runtime } = draft;
  const prefersChannelsLast = runtime.id.endsWith("-nhwc");
  const copies = new Set<NodeId>();
  const idle = new Set<NodeId>();
  const packs = new Map<NodeId, ValueId[]>();
  const isChannelsLast = new Uint8Array(flow.graph.nodes.length);
  const strides = new Map<ValueId, Strides>();
  const placed = (id: ValueId | undefined): Placed | undefined => {
    const shape = id === undefined ? undefined : shapeOf(draft, id);
    if (id === undefined || shape === undefined) return undefined;
    const own = strides.get(id);
    return { shape, strides: own?.length === shape.length ? own : packed(shape) };
  };
  if (prefersChannelsLast)
    for (const id of flow.graph.inputs) {
      const shape = shapeOf(draft, id);
      if (shape?.length === 4) strides.set(id, imageStrides(shape));
    }

  for (let nodeId = 0; nodeId < flow.graph.nodes.length; nodeId++) {
    const node = flow.graph.nodes[nodeId];
    const made = flow.outputs[nodeId]?.[0];
    const out = made === undefined ? undefined : shapeOf(draft, made);
    if (node === undefined || made === undefined || out === undefined) continue;
    const operands = activationsOf(draft, nodeId);
    const first = placed(operands[0]);
    if (first === undefined) continue;
    if (isImage(first) && !isPacked(first)) isChannelsLast[nodeId] = 1;
    const pack = (id: ValueId | undefined): void => {
      if (id !== undefined) packs.set(nodeId, [...(packs.get(nodeId) ?? []), id]);
    };
    const set = (next: Strides | undefined): void => {
      if (next !== undefined && next.length === out.length) strides.set(made, next);
    };
    const op = opOf(draft, nodeId);
    switch (kindOf(draft, nodeId)) {
      case "view":
      case "movement":
      case "gather":
        switch (op) {
          case "Transpose": {
            const perm =
              integersOf(node, "perm") ?? first.shape.map((_, i, all) => all.length - 1 - i);
            set(perm.map((from) => first.strides[from] ?? 1));
            break;
          }
          case "Identity":
            set(first.strides);
            break;
          case "Reshape":
          case "Squeeze":
          case "Unsqueeze": {
            const view = viewStrides(first, out);
            if (view === undefined) copies.add(nodeId);
            set(view);
            break;
          }
          case "Expand":
            set(expandedStrides(first, out));
            break;
          case "Split":
          case "Slice":
          case "torch:unbind":
          case "torch:select":
            for (const id of flow.outputs[nodeId] ?? []) {
              const next = slicedStrides(first, integerOf(node, "dim") ?? 0, shapeOf(draft, id));
              if (next !== undefined) strides.set(id, next);
            }
            break;
          case "torch:contiguous":
            if (isPacked(first)) idle.add(nodeId);
            break;
          case "Concat":
          case "Pad":
            if (isImage(first)) set(imageStrides(out));
            break;
        }
        break;
      case "elementwise": {
        const like = operands
          .map(placed)
          .find((operand) => operand !== undefined && isSame(operand.shape, out));
        if (like !== undefined) set(denseLike(like));
        break;
      }
      case "conv":
        if (out.length !== 4) break;
        if (isImage(first) || prefersChannelsLast) set(imageStrides(out));
        if (prefersChannelsLast ? !isImage(first) : !isImage(first) && !isPacked(first))
          pack(operands[0]);
        break;
      case "pool":
      case "resize":
        if (isImage(first)) set(imageStrides(out));
        break;
      case "normalization":
        if (op === "BatchNormalization" || op === "GroupNormalization") set(denseLike(first));
        else if (!isPacked(first)) pack(operands[0]);
        break;
      case "softmax":
        if (!isPacked(first)) pack(operands[0]);
        break;
      case "matmul":
        if (op === "MatMul" || op === "Einsum") {
          for (const id of operands) {
            const operand = placed(id);
            if (operand !== undefined && !isMatrices(operand)) pack(id);
          }
        } else if (viewStrides(first, rowsOf(first.shape)) === undefined) pack(operands[0]);
        break;
      case "attention":
        for (const id of operands.slice(0, 3)) if (placed(id)?.strides.at(-1) !== 1) pack(id);
        // Flash and memory-efficient attention write [batch, length, heads, size].
        if (out.length === 4) {
          const [, h = 1, l = 1, d = 1] = out;
          set([l * h * d, d, h * d, 1]);
        }
        break;
      default:
        break;
    }
  }
  const isFused = runtime.passes.includes("fuse-pointwise");
  return { copies, idle, packs, isChannelsLast, isFused };
}

function integerOf(node: Node, name: string): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "int" ? attribute.value : undefined;
}

function integersOf(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "ints" ? attribute.value : undefined;
}

function shapeOf(draft: Draft, id: ValueId): readonly number[] | undefined {
  const type = draft.flow.inferred.types[id];
  return type?.kind === "tensor" ? knownShape(type.shape) : undefined;
}

function packed(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] ?? 1) * Math.max(1, shape[axis + 1] ?? 1);
  return strides;
}

/** Channels last: [batch, channels, height, width] lies as [batch, height, width, channels]. */
function imageStrides([, c = 1, h = 1, w = 1]: readonly number[]): number[] {
  return [c * h * w, 1, w * c, c];
}

function isPacked({ shape, strides }: Placed): boolean {
  return agree(shape, strides, packed(shape));
}

function isImage({ shape, strides }: Placed): boolean {
  return shape.length === 4 && agree(shape, strides, imageStrides(shape));
}

/** Strides of extents of one do not matter. */
function agree(shape: readonly number[], left: Strides, right: Strides): boolean {
  return shape.every((extent, axis) => extent === 1 || left[axis] === right[axis]);
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((extent, axis) => extent === right[axis]);
}

/** What an element-wise kernel makes: without gaps, in the order of the axes of what it reads. */
function denseLike({ shape, strides }: Placed): Strides {
  const axes = shape
    .map((_, axis) => axis)
    .sort((a, b) => (strides[b] ?? 0) - (strides[a] ?? 0) || a - b);
  const dense = new Array<number>(shape.length).fill(1);
  let size = 1;
  for (const axis of axes.reverse()) {
    dense[axis] = size;
    size *= Math.max(1, shape[axis] ?? 1);
  }
  return dense;
}

/** One kernel call takes it when either matrix axis is packed and the axes before them are one. */
function isMatrices({ shape, strides }: Placed): boolean {
  const rank = shape.length;
  if (rank < 2) return true;
  const rows = strides[rank - 2];
  const columns = strides[rank - 1];
  const isDense = columns === 1 || rows === 1 || shape[rank - 1] === 1 || shape[rank - 2] === 1;
  const outer = { shape: shape.slice(0, -2), strides: strides.slice(0, -2) };
  const count = productOf(outer.shape);
  return isDense && (rank <= 3 || viewStrides(outer, [count]) !== undefined);
}

function rowsOf(shape: readonly number[]): readonly number[] {
  const columns = shape.at(-1) ?? 1;
  const count = productOf(shape.slice(0, -1));
  return [count, columns];
}

function expandedStrides({ shape, strides }: Placed, out: readonly number[]): Strides {
  const added = out.length - shape.length;
  return out.map((extent, axis) =>
    axis < added || (shape[axis - added] === 1 && extent !== 1) ? 0 : (strides[axis - added] ?? 0),
  );
}

/** With fewer axes, `axis` is the one that was taken out. */
function slicedStrides(
  { shape, strides }: Placed,
  axis: number,
  out: readonly number[] | undefined,
): Strides | undefined {
  if (out?.length === shape.length) return strides;
  if (out?.length !== shape.length - 1) return undefined;
  const taken = axis < 0 ? axis + shape.length : axis;
  return strides.filter((_, index) => index !== taken);
}

/** Strides that show a tensor in another shape; undefined where none do (`computeStride`). */
function viewStrides({ shape, strides }: Placed, out: readonly number[]): Strides | undefined {
  if (shape.length === 0 || shape.includes(0)) return packed(out);
  const made = new Array<number>(out.length).fill(1);
  let view = out.length - 1;
  let chunkStride = strides.at(-1) ?? 1;
  let chunk = 1;
  let seen = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    chunk *= shape[axis] ?? 1;
    const before = axis - 1;
    const isBorder = axis === 0 || (shape[before] !== 1 && strides[before] !== chunk * chunkStride);
    if (!isBorder) continue;
    while (view >= 0 && (seen < chunk || out[view] === 1)) {
      made[view] = seen * chunkStride;
      seen *= out[view] ?? 1;
      view -= 1;
    }
    if (seen !== chunk) return undefined;
    if (axis > 0) {
      chunkStride = strides[before] ?? 1;
      chunk = 1;
      seen = 1;
    }
  }
  return view === -1 ? made : undefined;
}
