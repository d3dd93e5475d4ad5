import { absent, type Graph, type Node, type NodeId, type ValueId } from "../graph/graph.js";
import type { InferredGraph } from "../graph/inferred.js";

/** Who makes and who reads each value, as flat arrays: a graph may have 50,000 nodes. */
export interface Dataflow {
  readonly inferred: InferredGraph;
  readonly graph: Graph;
  /** Values that a node reads, each once, absent ones left out, those captured by its bodies included. */
  readonly inputs: readonly (readonly ValueId[])[];
  /** Values that a node makes, absent ones left out. */
  readonly outputs: readonly (readonly ValueId[])[];
  /** Node that makes a value; -1 for graph inputs, initializers and captured values. */
  readonly producer: Int32Array;
  /** `readers` of value v are `readerList` at [readerStart[v], readerStart[v + 1]), in execution order. */
  readonly readerStart: Int32Array;
  readonly readerList: Int32Array;
  readonly isGraphOutput: Uint8Array;
  /** Computed once when the model is loaded: every output is known or follows from constants. */
  readonly isFolded: Uint8Array;
  /** Value is a constant of the file or computed from such alone; extents of inputs do not count. */
  readonly isWeight: Uint8Array;
}

export function dataflowOf(inferred: InferredGraph): Dataflow {
  const { graph } = inferred;
  const valueCount = graph.values.length;
  const nodeCount = graph.nodes.length;
  const inputs = graph.nodes.map(inputsOf);
  const outputs = graph.nodes.map((node) =>
    node.outputs.includes(absent) ? node.outputs.filter((id) => id !== absent) : node.outputs,
  );
  const producer = new Int32Array(valueCount).fill(-1);
  const readerStart = new Int32Array(valueCount + 1);
  for (let nodeId = 0; nodeId < nodeCount; nodeId++) {
    for (const id of outputs[nodeId] ?? none) producer[id] = nodeId;
    for (const id of inputs[nodeId] ?? none) readerStart[id + 1] = (readerStart[id + 1] ?? 0) + 1;
  }
  for (let id = 0; id < valueCount; id++)
    readerStart[id + 1] = (readerStart[id + 1] ?? 0) + (readerStart[id] ?? 0);
  const next = readerStart.slice(0, valueCount);
  const readerList = new Int32Array(readerStart[valueCount] ?? 0);
  for (let nodeId = 0; nodeId < nodeCount; nodeId++)
    for (const id of inputs[nodeId] ?? none) {
      const position = next[id] ?? 0;
      readerList[position] = nodeId;
      next[id] = position + 1;
    }
  const isGraphOutput = new Uint8Array(valueCount);
  for (const id of graph.outputs) if (id !== absent) isGraphOutput[id] = 1;

  const isWeight = new Uint8Array(valueCount);
  for (let id = 0; id < valueCount; id++)
    if (graph.values[id]?.weight !== undefined) isWeight[id] = 1;
  for (const { inner } of graph.captures)
    if (inferred.isConstant[inner] === true) isWeight[inner] = 1;
  const isFolded = new Uint8Array(nodeCount);
  for (let nodeId = 0; nodeId < nodeCount; nodeId++) {
    const made = outputs[nodeId] ?? none;
    if (made.length === 0 || !made.every((id) => inferred.isConstant[id] === true)) continue;
    isFolded[nodeId] = 1;
    if ((inputs[nodeId] ?? none).every((id) => isWeight[id] === 1))
      for (const id of made) isWeight[id] = 1;
  }
  return {
    inferred,
    graph,
    inputs,
    outputs,
    producer,
    readerStart,
    readerList,
    isGraphOutput,
    isFolded,
    isWeight,
  };
}

export function readersOf(flow: Dataflow, id: ValueId): Int32Array {
  return flow.readerList.subarray(flow.readerStart[id] ?? 0, flow.readerStart[id + 1] ?? 0);
}

/** Bodies of If, Loop and Scan, in attribute order. */
export function bodiesOf(node: Node): readonly Graph[] {
  if (node.attributes.size === 0) return noBodies;
  let bodies: Graph[] | undefined;
  for (const attribute of node.attributes.values()) {
    if (attribute.kind === "graph") (bodies ??= []).push(attribute.value);
    else if (attribute.kind === "graphs") (bodies ??= []).push(...attribute.value);
  }
  return bodies ?? noBodies;
}

/** Subject of the sentences about a node: `Conv \`conv1\``. */
export function nodeSubject(graph: Graph, nodeId: NodeId): string {
  const node = graph.nodes[nodeId];
  if (node === undefined) return `node ${nodeId}`;
  return node.name === "" ? `${node.op} (node ${nodeId})` : `${node.op} \`${node.name}\``;
}

function inputsOf(node: Node): readonly ValueId[] {
  const bodies = bodiesOf(node);
  const { inputs } = node;
  // Looking for a value twice among its like is quadratic; beyond a few inputs a set does it.
  let isPlain = bodies.length === 0 && inputs.length <= 8;
  for (let index = 0; isPlain && index < inputs.length; index++) {
    const id = inputs[index] ?? absent;
    isPlain = id !== absent && inputs.indexOf(id) === index;
  }
  if (isPlain) return inputs;
  const all = new Set(inputs);
  for (const body of bodies) for (const { outer } of body.captures) all.add(outer);
  all.delete(absent);
  return [...all];
}

const none: readonly ValueId[] = [];
const noBodies: readonly Graph[] = [];
