import {
  absent,
  type Graph,
  type Node,
  type NodeId,
  operatorKey,
  type ValueId,
} from "../graph/graph.js";
import { type MatrixShape, matrixShape } from "./measure/matrix.js";
import { affineOperands, producersOf, type StoredWeight, storedWeight } from "./stored-weight.js";

/** A constant that a layer multiplies by: what a number format is chosen for. */
export interface LayerWeight extends StoredWeight {
  readonly nodeId: NodeId;
  readonly inputIndex: number;
  readonly shape: MatrixShape;
}

/** Types whose elements are numbers in themselves. */
const floatTypes: ReadonlySet<string> = new Set(["float32", "float16", "bfloat16", "float64"]);
/** Types that stand for numbers together with a scale. */
const integerTypes: ReadonlySet<string> = new Set(["int8", "uint8", "int16"]);

/** The weights of all layers that are products, in execution order. */
export function layerWeights(graph: Graph): readonly LayerWeight[] {
  const producers = producersOf(graph);
  const found: LayerWeight[] = [];
  for (const [nodeId, node] of graph.nodes.entries()) {
    for (const [inputIndex, id] of node.inputs.entries()) {
      if (id === absent) continue;
      const stored = storedWeight(graph, producers, id);
      if (stored === undefined) continue;
      const shape = matrixShape(node, inputIndex, stored.weight);
      if (shape === undefined) continue;
      const dequantization = stored.dequantization ?? ownScale(graph, producers, node, inputIndex);
      const { elementType } = stored.weight;
      if (floatTypes.has(elementType)) {
        const { name, weight } = stored;
        found.push({ nodeId, inputIndex, name, weight, shape });
      } else if (integerTypes.has(elementType) && dequantization !== undefined)
        found.push({ nodeId, inputIndex, ...stored, dequantization, shape });
    }
  }
  return found;
}

/** The value that a layer's weight meets. */
export function inputOf(graph: Graph, { nodeId, inputIndex }: LayerWeight): ValueId {
  const node = graph.nodes[nodeId];
  // TensorFlow Lite's has its output's shape first.
  const index = node?.op === "TRANSPOSE_CONV" ? 2 : inputIndex === 1 ? 0 : 1;
  return node?.inputs[index] ?? absent;
}

/** Operators whose integer weights have their scale and zero point beside them, by the position of the weight. */
const scaledOperators: Readonly<
  Record<string, { readonly weight: number; readonly scale: number; readonly zeroPoint: number }>
> = {
  QLinearConv: { weight: 3, scale: 4, zeroPoint: 5 },
  QLinearMatMul: { weight: 3, scale: 4, zeroPoint: 5 },
  "com.microsoft:QGemm": { weight: 3, scale: 4, zeroPoint: 5 },
  "com.microsoft:DynamicQuantizeMatMul": { weight: 1, scale: 2, zeroPoint: 3 },
  "com.microsoft:MatMulIntegerToFloat": { weight: 1, scale: 3, zeroPoint: 5 },
};

function ownScale(
  graph: Graph,
  producers: ReturnType<typeof producersOf>,
  node: Node,
  inputIndex: number,
): StoredWeight["dequantization"] {
  const at = scaledOperators[operatorKey(node.domain, node.op)];
  if (at?.weight !== inputIndex) return undefined;
  // Scales of a convolution go with its output channels, those of a product with its columns.
  return affineOperands(graph, producers, node, { ...at, axis: node.op === "QLinearConv" ? 0 : 1 });
}
