import type { Node } from "../../graph/graph.js";
import {
  intAttribute,
  intsAttribute,
  need,
  NotPropagated,
  type Operator,
  type Step,
  textAttribute,
} from "./operator.js";
import {
  axisOf,
  broadcastMap,
  broadcastShape,
  countOf,
  gather,
  indexMap,
  scatterAdd,
  stridesOf,
  type Tensor,
  tensor,
} from "./tensor.js";

/** Nothing but numbers moved: a map from output elements to input elements says all, forwards and backwards. */
function moved(x: Tensor, shape: readonly number[], map: Int32Array): Step {
  return {
    outputs: [tensor(shape, gather(x.data, map))],
    backward: (gradient) => [scatterAdd(gradient, map, x.data.length)],
  };
}

function reshaped(x: Tensor, shape: readonly number[]): Step {
  if (countOf(shape) !== x.data.length)
    throw new NotPropagated(`[${x.shape.join(",")}] as [${shape.join(",")}]`);
  return { outputs: [tensor(shape, x.data)], backward: (gradient) => [gradient] };
}

/** Models fix a batch of one in their shapes; the propagation runs several samples at once. */
const reshape: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const given = [...(inputs[1]?.data ?? intsAttribute(node, "shape") ?? [])];
  const keepsZero = intAttribute(node, "allowzero", 0) === 1;
  const shape = given.map((extent, axis) =>
    extent === 0 && !keepsZero ? (x.shape[axis] ?? 1) : extent,
  );
  const batch = x.shape[0] ?? 1;
  const isOfOne = shape[0] === 1 && batch > 1;
  const known = (extents: readonly number[]): number =>
    extents.reduce((product, extent) => product * (extent < 0 ? 1 : extent), 1);
  const fits = x.data.length % known([batch, ...shape.slice(1)]) === 0;
  const isRepaired = isOfOne && fits && (shape.includes(-1) || known(shape) !== x.data.length);
  const wanted = isRepaired ? [batch, ...shape.slice(1)] : shape;
  const rest = x.data.length / known(wanted);
  return reshaped(
    x,
    wanted.map((extent) => (extent < 0 ? rest : extent)),
  );
};

const flatten: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const axis = axisOf(intAttribute(node, "axis", 1), x.shape.length);
  return reshaped(x, [countOf(x.shape.slice(0, axis)), countOf(x.shape.slice(axis))]);
};

const squeeze: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const given = inputs[1] === undefined ? intsAttribute(node, "axes") : [...inputs[1].data];
  const axes = given?.map((axis) => axisOf(axis, x.shape.length));
  return reshaped(
    x,
    x.shape.filter((extent, axis) => (axes === undefined ? extent !== 1 : !axes.includes(axis))),
  );
};

const unsqueeze: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const given = inputs[1] === undefined ? intsAttribute(node, "axes") : [...inputs[1].data];
  const rank = x.shape.length + (given?.length ?? 0);
  const axes = new Set(given?.map((axis) => axisOf(axis, rank)));
  const rest = [...x.shape];
  return reshaped(
    x,
    Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.shift() ?? 1))),
  );
};

const transpose: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const order = intsAttribute(node, "perm") ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  const strides = stridesOf(x.shape);
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  return moved(
    x,
    shape,
    indexMap(
      shape,
      order.map((axis) => strides[axis] ?? 0),
      0,
    ),
  );
};

const slice: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const list = (index: number, name: string): readonly number[] | undefined =>
    inputs[index] === undefined ? intsAttribute(node, name) : [...inputs[index].data];
  const starts = list(1, "starts") ?? [];
  const ends = list(2, "ends") ?? [];
  const axes = (list(3, "axes") ?? starts.map((_, axis) => axis)).map((axis) =>
    axisOf(axis, x.shape.length),
  );
  const steps = list(4, "steps") ?? starts.map(() => 1);
  const strides = stridesOf(x.shape);
  const shape = [...x.shape];
  let start = 0;
  for (const [index, axis] of axes.entries()) {
    const extent = x.shape[axis] ?? 1;
    const step = steps[index] ?? 1;
    const limit = (value: number): number =>
      Math.max(step < 0 ? -1 : 0, Math.min(step < 0 ? extent - 1 : extent, value));
    const first = limit(wrapped(starts[index] ?? 0, extent));
    const end = ends[index] ?? extent;
    const last = step < 0 && end < -extent ? -1 : limit(wrapped(end, extent));
    shape[axis] = Math.max(0, Math.ceil((last - first) / step));
    start += first * (strides[axis] ?? 0);
    strides[axis] = (strides[axis] ?? 0) * step;
  }
  return moved(x, shape, indexMap(shape, strides, start));
};

function wrapped(value: number, extent: number): number {
  return value < 0 ? value + extent : value;
}

const concat: Operator = (node, inputs) => {
  const given = inputs.map((input) => need(input, node));
  const rank = given[0]?.shape.length ?? 0;
  const axis = axisOf(intAttribute(node, "axis", 0), rank);
  const batch = Math.max(...given.map(({ shape }) => shape[0] ?? 1));
  // A constant of one sample beside several: the same for each.
  const maps = given.map(({ shape }) =>
    axis > 0 && shape[0] === 1 && batch > 1
      ? { shape: [batch, ...shape.slice(1)], map: broadcastMap(shape, [batch, ...shape.slice(1)]) }
      : { shape, map: undefined },
  );
  const shape = [...(maps[0]?.shape ?? [])];
  shape[axis] = maps.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const out = new Float32Array(countOf(shape));
  const strides = stridesOf(shape);
  const places: Int32Array[] = [];
  let offset = 0;
  for (const [index, part] of maps.entries()) {
    const place = indexMap(part.shape, strides, offset * (strides[axis] ?? 1));
    const { data } = given[index] ?? tensor([]);
    for (let at = 0; at < place.length; at++)
      out[place[at] ?? 0] = data[part.map === undefined ? at : (part.map[at] ?? 0)] ?? 0;
    places.push(place);
    offset += part.shape[axis] ?? 0;
  }
  return {
    outputs: [tensor(shape, out)],
    backward: (gradient) =>
      places.map((place, index) => {
        const own = gather(gradient, place);
        const map = maps[index]?.map;
        return map === undefined ? own : scatterAdd(own, map, given[index]?.data.length ?? 0);
      }),
  };
};

const split: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
  const extent = x.shape[axis] ?? 1;
  const count = node.outputs.length;
  const sizes =
    inputs[1] === undefined
      ? (intsAttribute(node, "split") ??
        Array.from({ length: count }, (_, index) =>
          Math.min(Math.ceil(extent / count), extent - index * Math.ceil(extent / count)),
        ))
      : [...inputs[1].data];
  const strides = stridesOf(x.shape);
  let offset = 0;
  const maps = sizes.map((size) => {
    const shape = x.shape.map((one, at) => (at === axis ? size : one));
    const map = indexMap(shape, strides, offset * (strides[axis] ?? 1));
    offset += size;
    return { shape, map };
  });
  return {
    outputs: maps.map(({ shape, map }) => tensor(shape, gather(x.data, map))),
    backward: (gradient, index) => [
      scatterAdd(gradient, maps[index]?.map ?? new Int32Array(0), x.data.length),
    ],
  };
};

const gatherRows: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const indices = need(inputs[1], node);
  const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
  const outer = countOf(x.shape.slice(0, axis));
  const extent = x.shape[axis] ?? 1;
  const inner = countOf(x.shape.slice(axis + 1));
  const map = new Int32Array(outer * indices.data.length * inner);
  let at = 0;
  for (let first = 0; first < outer; first++)
    for (const index of indices.data) {
      const chosen = Math.min(extent - 1, Math.max(0, wrapped(Math.trunc(index), extent)));
      const from = (first * extent + chosen) * inner;
      for (let last = 0; last < inner; last++) map[at++] = from + last;
    }
  return moved(x, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], map);
};

const expand: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const shape = broadcastShape(x.shape, [...need(inputs[1], node).data]);
  if (shape === undefined) throw new NotPropagated("Expand");
  const map = broadcastMap(x.shape, shape);
  return map === undefined ? reshaped(x, shape) : moved(x, shape, map);
};

const tile: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const repeats = [...need(inputs[1], node).data];
  const strides = stridesOf(x.shape);
  // Each axis as (repeat, extent) with stride zero along the repeats.
  const pairs = x.shape.flatMap((extent, axis) => [repeats[axis] ?? 1, extent]);
  const map = indexMap(
    pairs,
    strides.flatMap((stride) => [0, stride]),
    0,
  );
  return moved(
    x,
    x.shape.map((extent, axis) => extent * (repeats[axis] ?? 1)),
    map,
  );
};

/** Padding of any mode is zeros here; what is cut off by negative pads is cut off. */
const pad: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const pads = inputs[1] === undefined ? (intsAttribute(node, "pads") ?? []) : [...inputs[1].data];
  const rank = x.shape.length;
  const before = x.shape.map((_, axis) => pads[axis] ?? 0);
  const shape = x.shape.map(
    (extent, axis) => extent + (before[axis] ?? 0) + (pads[axis + rank] ?? 0),
  );
  return moved(
    x,
    shape,
    remap(x.shape, shape, (position, axis) => position - (before[axis] ?? 0)),
  );
};

/** Every mode of interpolation takes the nearest element here. */
const resize: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const sizes = inputs[3]?.data;
  const scales = (inputs[2]?.data.length ?? 0) > 0 ? inputs[2]?.data : inputs[1]?.data;
  const shape = x.shape.map((extent, axis) =>
    sizes !== undefined && sizes.length === x.shape.length
      ? axis === 0
        ? extent
        : (sizes[axis] ?? extent)
      : Math.floor(extent * (scales?.[axis] ?? 1)),
  );
  return moved(
    x,
    shape,
    remap(x.shape, shape, (position, axis) =>
      Math.min(
        (x.shape[axis] ?? 1) - 1,
        Math.floor((position * (x.shape[axis] ?? 1)) / (shape[axis] ?? 1)),
      ),
    ),
  );
};

/** Map of an operation that looks at each axis by itself; positions outside become nothing. */
function remap(
  from: readonly number[],
  shape: readonly number[],
  source: (position: number, axis: number) => number,
): Int32Array {
  const strides = stridesOf(from);
  const own = stridesOf(shape);
  const map = new Int32Array(countOf(shape));
  for (let index = 0; index < map.length; index++) {
    let at = 0;
    for (let axis = 0; axis < shape.length && at >= 0; axis++) {
      const position = Math.floor(index / (own[axis] ?? 1)) % (shape[axis] ?? 1);
      const found = source(position, axis);
      at = found < 0 || found >= (from[axis] ?? 1) ? -1 : at + found * (strides[axis] ?? 0);
    }
    map[index] = at;
  }
  return map;
}

const depthToSpace: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const block = intAttribute(node, "blocksize", 1);
  const isRow = textAttribute(node, "mode", "DCR") === "CRD";
  const depth = channels / (block * block);
  const split = isRow
    ? [batch, depth, block, block, height, width]
    : [batch, block, block, depth, height, width];
  const order = isRow ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return permuted(x, split, order, [batch, depth, height * block, width * block]);
};

const spaceToDepth: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const block = intAttribute(node, "blocksize", 1);
  const split = [batch, channels, height / block, block, width / block, block];
  return permuted(
    x,
    split,
    [0, 3, 5, 1, 2, 4],
    [batch, channels * block * block, height / block, width / block],
  );
};

function permuted(
  x: Tensor,
  split: readonly number[],
  order: readonly number[],
  shape: readonly number[],
): Step {
  const strides = stridesOf(split);
  const walked = order.map((axis) => split[axis] ?? 1);
  return moved(
    x,
    shape,
    indexMap(
      walked,
      order.map((axis) => strides[axis] ?? 0),
      0,
    ),
  );
}

/** Values that follow from shapes: no gradient flows. */
function made(shape: readonly number[], data: ArrayLike<number>): Step {
  return { outputs: [tensor(shape, Float32Array.from(data))], backward: () => [] };
}

const shapeOf: Operator = (node, inputs) => {
  const { shape } = need(inputs[0], node);
  const start = axisOf(intAttribute(node, "start", 0), shape.length);
  const end = axisOf(intAttribute(node, "end", shape.length), shape.length);
  const part = shape.slice(start, end);
  return made([part.length], part);
};

const constantOfShape: Operator = (node, inputs) => {
  const shape = [...need(inputs[0], node).data];
  const attribute = node.attributes.get("value");
  const value = attribute?.kind === "tensor" ? Number(attribute.value.data?.[0] ?? 0) : 0;
  return made(shape, new Float32Array(countOf(shape)).fill(value));
};

const rangeOf: Operator = (node: Node, inputs) => {
  const [start = 0, limit = 0, delta = 1] = inputs.map((input) => need(input, node).data[0] ?? 0);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return made(
    [count],
    Array.from({ length: count }, (_, index) => start + index * delta),
  );
};

export const movementOperators: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Slice: slice,
  Concat: concat,
  Split: split,
  Gather: gatherRows,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  Resize: resize,
  Upsample: (node, [x, scales]) => resize(node, [x, undefined, scales]),
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Shape: shapeOf,
  Size: (node, inputs) => made([], [need(inputs[0], node).data.length]),
  ConstantOfShape: constantOfShape,
  Range: rangeOf,
};
