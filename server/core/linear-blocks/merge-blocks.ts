import { productOf } from "../base/product.js";
import { bytesOfElements } from "../graph/element-type.js";
import type { Attribute, Model, Node, NodeId, Value, ValueId } from "../graph/graph.js";
import type { Dataflow } from "../work/dataflow.js";
import type { LinearBlock } from "./find-blocks.js";
import { weightShapeOf, type LinearForm, type Window } from "./form.js";

/** The model with every block as one convolution with a bias, as it is deployed; and where each has come to stand. */
export interface MergedModel {
  readonly model: Model;
  /** Parallel to the blocks. */
  readonly nodeIds: readonly NodeId[];
}

export function mergeBlocks(
  model: Model,
  flow: Dataflow,
  blocks: readonly LinearBlock[],
): MergedModel {
  const { graph } = flow;
  const values: Value[] = [...graph.values];
  const blockOf = new Map(blocks.map((block) => [block.lastNodeId, block]));
  const isReplaced = new Set(blocks.flatMap(({ form }) => form.nodeIds));
  const nodes: Node[] = [];
  const kept: NodeId[] = [];
  const placeOf = new Map<LinearBlock, NodeId>();
  graph.nodes.forEach((node, nodeId) => {
    const block = blockOf.get(nodeId);
    if (block === undefined && isReplaced.has(nodeId)) return;
    if (block !== undefined) placeOf.set(block, nodes.length);
    nodes.push(block === undefined ? node : convolutionOf(flow, block, node, values));
    kept.push(nodeId);
  });
  return {
    model: { ...model, graph: { ...graph, nodes, values }, ...traceOf(model, kept) },
    nodeIds: blocks.map((block) => placeOf.get(block) ?? -1),
  };
}

function convolutionOf(flow: Dataflow, { form }: LinearBlock, last: Node, values: Value[]): Node {
  const { graph } = flow;
  const first = form.nodeIds.map((id) => graph.nodes[id]).find((node) => node?.op === "Conv");
  const elementType = graph.values[first?.inputs[1] ?? -1]?.weight?.elementType ?? "float32";
  const weight = (shape: readonly number[]): ValueId => {
    const count = productOf(shape);
    const byteLength = bytesOfElements(elementType, count);
    return (
      values.push({
        name: `${last.name === "" ? "merged" : last.name}.${shape.length > 1 ? "weight" : "bias"}`,
        weight: { elementType, shape, byteLength },
      }) - 1
    );
  };
  const { sourceOp } = first ?? {};
  return {
    ...last,
    op: "Conv",
    ...(sourceOp !== undefined && { sourceOp }),
    inputs: [form.base, weight(weightShapeOf(form)), weight([form.channels])],
    attributes: attributesOf(flow, form),
  };
}

function attributesOf(flow: Dataflow, form: LinearForm): ReadonlyMap<string, Attribute> {
  const { window } = form;
  if (window === undefined) return new Map();
  const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });
  return new Map<string, Attribute>([
    ["kernel_shape", ints(weightShapeOf(form).slice(2))],
    ["strides", ints(window.strides)],
    ["pads", ints([...window.first.map((first) => 0 - first), ...endPads(flow, form, window)])],
    ["group", { kind: "int", value: window.groups }],
  ]);
}

/** So much behind the end that the last output position has what it reads. */
function endPads(flow: Dataflow, { base }: LinearForm, window: Window): readonly number[] {
  const type = flow.inferred.types[base];
  const shape = type?.kind === "tensor" ? (type.shape ?? []) : [];
  return window.outputSize.map((size, axis) => {
    const extent = shape[axis + 2];
    const reach = (size - 1) * (window.strides[axis] ?? 1) + (window.last[axis] ?? 0) + 1;
    return typeof extent === "number" ? Math.max(0, reach - extent) : 0;
  });
}

/** The side table is parallel to the nodes. */
function traceOf({ trace }: Model, kept: readonly NodeId[]): Pick<Model, "trace"> {
  if (trace === undefined) return {};
  const { sources } = trace;
  return {
    trace: {
      ...trace,
      sources: {
        ...sources,
        callFrames: kept.map((nodeId) => sources.callFrames[nodeId] ?? []),
        moduleOfNode: kept.map((nodeId) => sources.moduleOfNode[nodeId] ?? -1),
      },
    },
  };
}
