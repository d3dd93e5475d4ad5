import {
  type CallView,
  int,
  ints,
  type MappedCall,
  numberOf,
  numbersOf,
  onnx,
  type OperatorMap,
  type OperatorTable,
  renamed,
  text,
  textOf,
  torch,
} from "./operator.js";

/** What changes the shape, the order or the number of elements, and computes nothing. */
export const shapes: OperatorTable = {
  view: reshaped,
  reshape: reshaped,
  flatten: reshaped,
  unflatten: reshaped,
  view_as: reshaped,
  reshape_as: reshaped,
  squeeze: reshaped,
  unsqueeze: reshaped,
  ravel: reshaped,
  permute: transposed,
  transpose: transposed,
  t: transposed,
  movedim: transposed,
  swapaxes: transposed,
  swapdims: transposed,
  ...renamed({
    detach: "Identity",
    alias: "Identity",
    identity: "Identity",
    dropout: "Identity",
    dropout1d: "Identity",
    dropout2d: "Identity",
    dropout3d: "Identity",
    alpha_dropout: "Identity",
    feature_dropout: "Identity",
    feature_alpha_dropout: "Identity",
    tril: "Trilu",
    triu: "Trilu",
    repeat: "Tile",
    tile: "Tile",
    slice: "Slice",
    narrow: "Slice",
    cumsum: "CumSum",
    nonzero: "NonZero",
    det: "Det",
    grid_sample: "GridSample",
    affine_grid: "AffineGrid",
  }),
  expand: (call) => onnx("Expand", call, { shape: ints(call.outputShape(0)) }),
  cat: (call) => onnx("Concat", call, { axis: int(numberOf(call, "dim") ?? 0) }),
  concat: (call) => onnx("Concat", call, { axis: int(numberOf(call, "dim") ?? 0) }),
  split: divided,
  chunk: divided,
  split_with_sizes: divided,
  tensor_split: divided,
  pad: padded,
  interpolate: resized,
  upsample: resized,
  pixel_shuffle: blocks("DepthToSpace", "upscale_factor"),
  pixel_unshuffle: blocks("SpaceToDepth", "downscale_factor"),
  embedding: (call) => {
    const [indices = -1, weight = -1] = call.inputs;
    return onnx("Gather", call, { axis: int(0) }, [weight, indices]);
  },
  index_select: (call) => onnx("Gather", call, { axis: int(numberOf(call, "dim") ?? 0) }),
  gather: (call) => onnx("GatherElements", call, { axis: int(numberOf(call, "dim") ?? 0) }),
  unfold: (call) => torch(call.attributes.has("kernel_size") ? "im2col" : "unfold", call),
};

function reshaped(call: CallView): MappedCall {
  return onnx("Reshape", call, { shape: ints(call.outputShape(0)), allowzero: int(1) });
}

function transposed(call: CallView): MappedCall {
  const dims = numbersOf(call, "dims");
  const rank = call.shape(0)?.length ?? 0;
  if (rank < 2) return onnx("Identity", call);
  return onnx("Transpose", call, {
    perm: ints(dims?.length === rank ? dims.map((dim) => (dim < 0 ? dim + rank : dim)) : undefined),
  });
}

function divided(call: CallView): MappedCall {
  const axis = numberOf(call, "dim") ?? 0;
  const sizes = call.outputs.map((_, index) => call.outputShape(index)?.at(axis) ?? 0);
  return onnx("Split", call, { axis: int(axis), split: ints(sizes) });
}

/** torch lists pairs from the last axis on: `(left, right, top, bottom)`. */
function padded(call: CallView): MappedCall | undefined {
  const pairs = numbersOf(call, "pad");
  const rank = call.shape(0)?.length;
  if (pairs === undefined || rank === undefined || pairs.length > 2 * rank) return undefined;
  const begins = new Array<number>(rank).fill(0);
  const ends = new Array<number>(rank).fill(0);
  for (let pair = 0; 2 * pair + 1 < pairs.length; pair++) {
    begins[rank - 1 - pair] = pairs[2 * pair] ?? 0;
    ends[rank - 1 - pair] = pairs[2 * pair + 1] ?? 0;
  }
  const mode = textOf(call, "mode");
  return onnx("Pad", call, {
    pads: ints([...begins, ...ends]),
    mode: text(mode === "replicate" ? "edge" : mode === "circular" ? "wrap" : mode),
  });
}

function resized(call: CallView): MappedCall {
  const mode = textOf(call, "mode") ?? "nearest";
  const onnxMode = mode.includes("cubic")
    ? "cubic"
    : mode.includes("linear")
      ? "linear"
      : "nearest";
  return onnx("Resize", call, { mode: text(onnxMode) }, [call.inputs[0] ?? -1]);
}

function blocks(op: string, factor: string): OperatorMap {
  return (call) =>
    call.shape(0)?.length === 4
      ? onnx(op, call, {
          blocksize: int(numberOf(call, factor) ?? 1),
          mode: op === "DepthToSpace" ? text("CRD") : undefined,
        })
      : undefined;
}
