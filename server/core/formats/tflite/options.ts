import type { Attribute } from "../../graph/graph.js";
import type { FlatReader, FlatTable } from "./flat-reader.js";
import type { Purse } from "./purse.js";
import { activations, elementTypesByCode, paddings } from "./schema.js";

/** How a field of an operator's options is stored. `names`: an int8 that counts in a list of names. */
type Kind = "int" | "bool" | "float" | "ints" | "names";

interface Option {
  readonly name: string;
  /** Position of the field in its table. */
  readonly index: number;
  readonly kind: Kind;
  /** What it is when the file leaves it out. */
  readonly fallback: number;
  readonly names?: readonly string[];
}

const int = (name: string, index: number, fallback = 0): Option => ({
  name,
  index,
  kind: "int",
  fallback,
});
const flag = (name: string, index: number): Option => ({ name, index, kind: "bool", fallback: 0 });
const real = (name: string, index: number): Option => ({ name, index, kind: "float", fallback: 0 });
const list = (name: string, index: number): Option => ({ name, index, kind: "ints", fallback: 0 });
const named = (name: string, index: number, names: readonly string[]): Option => ({
  name,
  index,
  kind: "names",
  fallback: 0,
  names,
});
const activation = (index: number): Option =>
  named("fused_activation_function", index, activations);
const padding = (index: number): Option => named("padding", index, paddings);
const elementType = (name: string, index: number): Option =>
  named(
    name,
    index,
    elementTypesByCode.map((type) => type ?? ""),
  );

const pool = [
  padding(0),
  int("stride_w", 1),
  int("stride_h", 2),
  int("filter_width", 3),
  int("filter_height", 4),
  activation(5),
];
const convolution3d = [
  padding(0),
  int("stride_d", 1),
  int("stride_w", 2),
  int("stride_h", 3),
  activation(4),
  int("dilation_d_factor", 5, 1),
  int("dilation_w_factor", 6, 1),
  int("dilation_h_factor", 7, 1),
];
const reducer = [flag("keep_dims", 0)];

/** Fields of the options of each operator that shapes or costs depend on, in the schema's names. */
const optionsByOperator: Readonly<Record<string, readonly Option[]>> = {
  CONV_2D: [
    padding(0),
    int("stride_w", 1),
    int("stride_h", 2),
    activation(3),
    int("dilation_w_factor", 4, 1),
    int("dilation_h_factor", 5, 1),
  ],
  DEPTHWISE_CONV_2D: [
    padding(0),
    int("stride_w", 1),
    int("stride_h", 2),
    int("depth_multiplier", 3),
    activation(4),
    int("dilation_w_factor", 5, 1),
    int("dilation_h_factor", 6, 1),
  ],
  CONV_3D: convolution3d,
  CONV_3D_TRANSPOSE: convolution3d,
  TRANSPOSE_CONV: [padding(0), int("stride_w", 1), int("stride_h", 2), activation(3)],
  AVERAGE_POOL_2D: pool,
  MAX_POOL_2D: pool,
  L2_POOL_2D: pool,
  SVDF: [int("rank", 0), activation(1)],
  RNN: [activation(0)],
  UNIDIRECTIONAL_SEQUENCE_RNN: [flag("time_major", 0), activation(1)],
  BIDIRECTIONAL_SEQUENCE_RNN: [flag("time_major", 0), activation(1), flag("merge_outputs", 2)],
  LSTM: [activation(0), named("kernel_type", 3, ["FULL", "BASIC"])],
  UNIDIRECTIONAL_SEQUENCE_LSTM: [activation(0), flag("time_major", 3)],
  BIDIRECTIONAL_SEQUENCE_LSTM: [
    activation(0),
    flag("merge_outputs", 3),
    { ...flag("time_major", 4), fallback: 1 },
  ],
  FULLY_CONNECTED: [activation(0), flag("keep_num_dims", 2)],
  SOFTMAX: [real("beta", 0)],
  CONCATENATION: [int("axis", 0), activation(1)],
  ADD: [activation(0)],
  SUB: [activation(0)],
  MUL: [activation(0)],
  DIV: [activation(0)],
  L2_NORMALIZATION: [activation(0)],
  LOCAL_RESPONSE_NORMALIZATION: [int("radius", 0)],
  RESIZE_BILINEAR: [flag("align_corners", 2), flag("half_pixel_centers", 3)],
  RESIZE_NEAREST_NEIGHBOR: [flag("align_corners", 0), flag("half_pixel_centers", 1)],
  RESHAPE: [list("new_shape", 0)],
  SPACE_TO_DEPTH: [int("block_size", 0)],
  DEPTH_TO_SPACE: [int("block_size", 0)],
  GATHER: [int("axis", 0), int("batch_dims", 1)],
  MEAN: reducer,
  SUM: reducer,
  REDUCE_PROD: reducer,
  REDUCE_MAX: reducer,
  REDUCE_MIN: reducer,
  REDUCE_ANY: reducer,
  REDUCE_ALL: reducer,
  SQUEEZE: [list("squeeze_dims", 0)],
  SPLIT: [int("num_splits", 0)],
  SPLIT_V: [int("num_splits", 0)],
  STRIDED_SLICE: [
    int("begin_mask", 0),
    int("end_mask", 1),
    int("ellipsis_mask", 2),
    int("new_axis_mask", 3),
    int("shrink_axis_mask", 4),
  ],
  CAST: [elementType("in_data_type", 0), elementType("out_data_type", 1)],
  ONE_HOT: [int("axis", 0)],
  PACK: [int("values_count", 0), int("axis", 1)],
  UNPACK: [int("num", 0), int("axis", 1)],
  LEAKY_RELU: [real("alpha", 0)],
  MIRROR_PAD: [named("mode", 0, ["REFLECT", "SYMMETRIC"])],
  REVERSE_SEQUENCE: [int("seq_dim", 0), int("batch_dim", 1)],
  BATCH_MATMUL: [flag("adj_x", 0), flag("adj_y", 1)],
  CUMSUM: [flag("exclusive", 0), flag("reverse", 1)],
  GELU: [flag("approximate", 0)],
  IF: [int("then_subgraph_index", 0), int("else_subgraph_index", 1)],
  WHILE: [int("cond_subgraph_index", 0), int("body_subgraph_index", 1)],
  CALL_ONCE: [int("init_subgraph_index", 0)],
  CALL: [int("subgraph", 0)],
};

/** Attributes of an operator; an options table that cannot be read leaves the schema's defaults. */
export function readOptions(
  reader: FlatReader,
  purse: Purse,
  operator: string,
  table: FlatTable | undefined,
): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  const options = Object.hasOwn(optionsByOperator, operator) ? optionsByOperator[operator] : [];
  for (const option of options ?? []) {
    const attribute = readOption(reader, purse, table, option);
    if (attribute !== undefined) attributes.set(option.name, attribute);
  }
  return attributes;
}

function readOption(
  reader: FlatReader,
  purse: Purse,
  table: FlatTable | undefined,
  { index, kind, fallback, names }: Option,
): Attribute | undefined {
  const offset = table === undefined ? 0 : reader.field(table, index);
  switch (kind) {
    case "int":
      return { kind: "int", value: offset === 0 ? fallback : reader.int32(offset) };
    case "bool":
      return { kind: "int", value: offset === 0 ? fallback : reader.int8(offset) };
    case "float":
      return { kind: "float", value: offset === 0 ? fallback : reader.float32(offset) };
    case "names": {
      const name = names?.[offset === 0 ? fallback : reader.int8(offset)];
      return name === undefined || name === "" ? undefined : { kind: "string", value: name };
    }
    case "ints": {
      if (table === undefined || offset === 0) return undefined;
      const { start, count } = reader.vector(table, index, 4);
      if (count > axisLimit || !purse.spend("list elements", count)) return undefined;
      const value = Array.from({ length: count }, (_, at) => reader.int32(start + 4 * at));
      return { kind: "ints", value };
    }
  }
}

/** Lists in options are shapes and axes. */
const axisLimit = 1024;
