import { elementTypes } from "../graph/element-type.js";
import { operatorKey, type NodeId, type ValueId } from "../graph/graph.js";
import { readersOf, type Dataflow } from "../work/dataflow.js";
import { elementTypeOf } from "../work/value-bytes.js";

/**
 * The widths that tensors have under torch.autocast: products run in 16 bits, normalizations, softmaxes and powers in
 * 32, and the rest in the widest of its operands. So what follows a layer normalization or meets a float32 parameter
 * is 32 bits wide, and each product that reads it converts it first, every time (PyTorch documentation, "Automatic
 * Mixed Precision package", "Op-Specific Behavior"; weights are converted once per inference).
 */
export interface Autocast {
  /** Bits of each value as its producer writes it; 0 for what is not floating point. */
  readonly bits: Uint8Array;
  /** Bits in which a node reads a floating-point operand; undefined: as it comes. */
  readonly readBits: (nodeId: NodeId) => 16 | 32 | undefined;
  /** A compiler converts in the kernel that produces; otherwise a conversion is a kernel of its own. */
  readonly isFused: boolean;
}

export function autocastOf(flow: Dataflow, isFused: boolean): Autocast {
  const { graph } = flow;
  const bits = new Uint8Array(graph.values.length);
  for (let id = 0; id < bits.length; id++) bits[id] = isFloatValue(flow, id) ? 32 : 0;
  const readBits = new Uint8Array(graph.nodes.length);
  for (const [nodeId, node] of graph.nodes.entries()) {
    const key = operatorKey(node.domain, node.op);
    const own = narrow.has(key) ? 16 : wide.has(key) ? 32 : undefined;
    readBits[nodeId] = own ?? 0;
    const made =
      own ??
      (followsFirst.has(key) ? firstBits(bits, node.inputs) : widest(flow, bits, node.inputs));
    for (const id of flow.outputs[nodeId] ?? []) if (bits[id] !== 0) bits[id] = made;
  }
  if (isFused) narrowWhatIsReadNarrow(flow, bits, readBits);
  return {
    bits,
    isFused,
    readBits: (nodeId) => {
      const own = readBits[nodeId];
      return own === 16 || own === 32 ? own : undefined;
    },
  };
}

/** Behind a fused kernel stands its conversion, when products alone read what it makes. */
function narrowWhatIsReadNarrow(flow: Dataflow, bits: Uint8Array, readBits: Uint8Array): void {
  const { nodes } = flow.graph;
  for (let nodeId = nodes.length - 1; nodeId >= 0; nodeId--) {
    for (const id of flow.outputs[nodeId] ?? []) {
      if (bits[id] !== 32 || flow.isGraphOutput[id] === 1) continue;
      const readers = readersOf(flow, id);
      if (readers.length === 0) continue;
      const isNarrow = readers.every((reader) => {
        const node = nodes[reader];
        if (readBits[reader] === 16) return true;
        if (node === undefined || !moves.has(operatorKey(node.domain, node.op))) return false;
        return (flow.outputs[reader] ?? []).every((made) => bits[made] === 16);
      });
      if (isNarrow) bits[id] = 16;
    }
  }
}

function isFloatValue(flow: Dataflow, id: ValueId): boolean {
  const type = elementTypeOf(flow.inferred.types[id]);
  return type !== undefined && elementTypes[type].family === "float" && elementTypes[type].bits > 8;
}

function firstBits(bits: Uint8Array, inputs: readonly ValueId[]): number {
  const first = bits[inputs[0] ?? -1] ?? 0;
  return first === 0 ? 32 : first;
}

/** Tensors of rank zero do not widen others (torch, "type promotion"). */
function widest(flow: Dataflow, bits: Uint8Array, inputs: readonly ValueId[]): number {
  let most = 0;
  for (const id of inputs) {
    const own = bits[id] ?? 0;
    if (own <= most) continue;
    const type = flow.inferred.types[id];
    const rank = type?.kind === "tensor" ? (type.shape?.length ?? 1) : 1;
    if (rank > 0) most = own;
  }
  return most === 0 ? 32 : most;
}

const narrow: ReadonlySet<string> = new Set([
  "Conv",
  "ConvTranspose",
  "Gemm",
  "MatMul",
  "Einsum",
  "Attention",
  "torch:linear",
  "torch:scaled_dot_product_attention",
  "torch:lstm",
  "torch:gru",
  "LSTM",
  "GRU",
]);

const wide: ReadonlySet<string> = new Set([
  "LayerNormalization",
  "GroupNormalization",
  "LpNormalization",
  "RMSNormalization",
  "Softmax",
  "LogSoftmax",
  "Pow",
  "Exp",
  "Log",
  "Reciprocal",
  "torch:rsqrt",
  "CumSum",
  "ReduceSum",
  "ReduceProd",
  "ReduceL2",
  "Softplus",
]);

/** Parameters and statistics stay in float32 beside narrow activations. */
const followsFirst: ReadonlySet<string> = new Set([
  "BatchNormalization",
  "InstanceNormalization",
  "PRelu",
]);

/** Nodes whose result is their operand, seen or laid out otherwise. */
const moves: ReadonlySet<string> = new Set([
  "Reshape",
  "Transpose",
  "Slice",
  "Split",
  "Expand",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
  "torch:unbind",
  "torch:contiguous",
  "torch:roll",
  "Pad",
]);
