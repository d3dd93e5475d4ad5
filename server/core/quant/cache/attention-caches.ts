import { isKnown } from "../../graph/dim.js";
import {
  absent,
  type Graph,
  type Node,
  type NodeId,
  type ValueId,
  type Weight,
} from "../../graph/graph.js";
import { producersOf } from "../stored-weight.js";
import type { LayerWeight } from "../weights.js";

/** Where keys or values of a cache come from: rows of a product, and what scales its inputs and its outputs. */
export interface CacheProjection {
  readonly layer: LayerWeight;
  readonly firstRow: number;
  readonly rowCount: number;
  /** Scale of the normalization that makes the product's input: by column. */
  readonly inputScale: Weight | undefined;
  /** Scale of a normalization of each head behind the product: by channel of a head. */
  readonly headScale: Weight | undefined;
  /** What is added to the product's rows. */
  readonly bias: Weight | undefined;
}

/** One attention with a cache of keys and values. */
export interface AttentionCache {
  /** Node that reads the cache. */
  readonly nodeId: NodeId;
  readonly keyInput: ValueId;
  readonly valueInput: ValueId;
  readonly keyHeads: number;
  readonly headSize: number;
  readonly isRotary: boolean;
  readonly key: CacheProjection;
  readonly value: CacheProjection;
  readonly query: CacheProjection | undefined;
}

/** Nodes between a projection and the cache that are looked through: biases, heads, rotations. */
const depthLimit = 60;

/** Attentions whose cache is an input of the graph: the decoders that we build, and exported ones by their names. */
export function attentionCaches(
  graph: Graph,
  layers: readonly LayerWeight[],
): readonly AttentionCache[] {
  const producers = producersOf(graph);
  const layerOf = new Map(layers.map((layer) => [graph.nodes[layer.nodeId], layer]));
  const readers = new Map<ValueId, NodeId>();
  for (const [nodeId, node] of graph.nodes.entries())
    for (const id of node.inputs) if (!readers.has(id)) readers.set(id, nodeId);
  const keys = graph.inputs.filter((id) => cacheHalf(graph, id) === "key");
  return keys.flatMap((keyInput): AttentionCache[] => {
    const valueInput = graph.inputs.find(
      (id) => graph.values[id]?.name === partner(graph, keyInput),
    );
    const [heads, size] = cacheExtents(graph, keyInput) ?? [];
    const nodeId = readers.get(keyInput);
    const valueReader = valueInput === undefined ? undefined : readers.get(valueInput);
    if (valueInput === undefined || heads === undefined || size === undefined) return [];
    if (nodeId === undefined || valueReader === undefined) return [];
    const node = graph.nodes[nodeId];
    const other = graph.nodes[valueReader];
    if (node === undefined || other === undefined) return [];
    const find = (id: ValueId | undefined): Found | undefined =>
      id === undefined || id === absent ? undefined : search(graph, producers, layerOf, id);
    const width = heads * size;
    const isAttention = node === other;
    const whole = isAttention && (node.inputs[1] ?? absent) === absent;
    const first = find(isAttention ? node.inputs[0] : undefined);
    const key = whole ? first : find(isAttention ? node.inputs[1] : besides(node, keyInput));
    const value = whole ? first : find(isAttention ? node.inputs[2] : besides(other, valueInput));
    if (key === undefined || value === undefined) return [];
    const rows = key.projection.layer.shape.rows;
    const part = ({ projection }: Found, firstRow: number): CacheProjection => ({
      ...projection,
      firstRow,
      rowCount: Math.min(width, projection.layer.shape.rows - firstRow),
    });
    return [
      {
        nodeId: isAttention ? nodeId : attentionBehind(graph, nodeId),
        keyInput,
        valueInput,
        keyHeads: heads,
        headSize: size,
        isRotary: isAttention ? node.attributes.get("do_rotary")?.value === 1 : key.isRotated,
        // One product makes queries, keys and values, one after the other.
        key: part(key, whole ? Math.max(0, rows - 2 * width) : 0),
        value: part(value, whole ? Math.max(0, rows - width) : 0),
        query: first === undefined ? undefined : part(first, 0),
      },
    ];
  });
}

/** `past.3.key`, `past_key_values.3.key`, `past_key_3`, `past_key_self_3`. */
export function cacheHalf(graph: Graph, id: ValueId): "key" | "value" | undefined {
  const value = graph.values[id];
  const name = value?.name ?? "";
  if (value?.isCache !== true && !/past/i.test(name)) return undefined;
  return /key(?!_values)/i.test(name.replace(/key_values/i, ""))
    ? "key"
    : /value/i.test(name.replace(/key_values/i, ""))
      ? "value"
      : undefined;
}

function partner(graph: Graph, keyInput: ValueId): string {
  const name = graph.values[keyInput]?.name ?? "";
  const start = name.includes("key_values") ? name.indexOf("key_values") + 10 : 0;
  return name.slice(0, start) + name.slice(start).replace("key", "value");
}

/** Heads and the size of one: [batch, heads, tokens, size]. */
function cacheExtents(graph: Graph, id: ValueId): readonly [number, number] | undefined {
  const declared = graph.values[id]?.declared;
  if (declared?.kind !== "tensor" || declared.shape?.length !== 4) return undefined;
  const [, heads, , size] = declared.shape;
  return heads !== undefined && size !== undefined && isKnown(heads) && isKnown(size)
    ? [heads, size]
    : undefined;
}

function besides(node: Node, id: ValueId): ValueId | undefined {
  return node.inputs.find((other) => other !== id && other !== absent);
}

interface Found {
  readonly projection: Omit<CacheProjection, "firstRow" | "rowCount">;
  readonly isRotated: boolean;
}

/** The product behind a value. */
function search(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  layerOf: ReadonlyMap<Node | undefined, LayerWeight>,
  start: ValueId,
): Found | undefined {
  const queue = [start];
  const seen = new Set(queue);
  let headScale: Weight | undefined;
  let bias: Weight | undefined;
  let isRotated = false;
  for (let at = 0; at < queue.length && at < depthLimit; at++) {
    const node = producers.get(queue[at] ?? absent);
    if (node === undefined) continue;
    const layer = layerOf.get(node);
    if (layer !== undefined && node.op !== "Gather") {
      const input = producers.get(node.inputs[layer.inputIndex === 0 ? 1 : 0] ?? absent);
      const scale = scaleOf(graph, input);
      bias ??= node.op === "Gemm" ? vectorOf(graph, node.inputs[2]) : undefined;
      return { projection: { layer, headScale, bias, inputScale: scale }, isRotated };
    }
    headScale ??= scaleOf(graph, node);
    if (node.op === "Add")
      bias ??= vectorOf(graph, node.inputs[0]) ?? vectorOf(graph, node.inputs[1]);
    isRotated ||= node.op === "RotaryEmbedding" || node.op === "Neg";
    for (const id of node.inputs)
      if (id !== absent && !seen.has(id)) {
        seen.add(id);
        queue.push(id);
      }
  }
  return undefined;
}

function vectorOf(graph: Graph, id: ValueId = absent): Weight | undefined {
  const weight = graph.values[id]?.weight;
  return weight?.shape.length === 1 ? weight : undefined;
}

function scaleOf(graph: Graph, node: Node | undefined): Weight | undefined {
  return node !== undefined && node.op.endsWith("Normalization")
    ? graph.values[node.inputs[1] ?? absent]?.weight
    : undefined;
}

/** Where the cache is concatenated in a node of its own, the next product of two activations is the attention. */
function attentionBehind(graph: Graph, nodeId: NodeId): NodeId {
  for (let at = nodeId + 1; at < graph.nodes.length; at++) {
    const node = graph.nodes[at];
    if (node === undefined) break;
    const isWeighted = node.inputs.some((id) => graph.values[id]?.weight !== undefined);
    if (/^(MatMul|Attention|Einsum)$/.test(node.op) && !isWeighted) return at;
  }
  return nodeId;
}
