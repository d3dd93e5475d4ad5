import { productOf } from "../base/product.js";
import type { Attribute, Node, NodeId, ValueId } from "../graph/graph.js";
import { typeText } from "../graph/value-type.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import { readersOf, type Dataflow } from "../work/dataflow.js";
import { elementsOf } from "../work/value-bytes.js";
import type { GraphWork } from "../work/works.js";
import { followedBy, identityOf, macsOf, sumOf, type LinearForm, type Window } from "./form.js";

/** Nodes that one convolution replaces when the model is deployed; the last of them makes its output. */
export interface LinearBlock {
  readonly form: LinearForm;
  readonly lastNodeId: NodeId;
}

/**
 * Blocks that are linear from one value to another, and that a runtime runs as several kernels all the same: parallel
 * convolutions, normalizations and identities that are added up, and convolutions with nothing between them.
 */
export function findLinearBlocks(graphWork: GraphWork): readonly LinearBlock[] {
  const { flow } = graphWork;
  const formOf = new Map<ValueId, LinearForm>();
  const found = new Map<ValueId, LinearBlock>();
  flow.graph.nodes.forEach((node, nodeId) => {
    const output = node.outputs[0];
    if (output === undefined || flow.outputs[nodeId]?.length !== 1) return;
    const form = formOfNode(graphWork, formOf, node, nodeId);
    if (form === undefined) return;
    formOf.set(output, form);
    const isMany = form.convolutionCount > 1 || form.branchCount > 1;
    if (form.convolutionCount === 0 || !isMany || macsOf(form) > form.macs) return;
    for (const part of form.nodeIds)
      for (const inner of flow.outputs[part] ?? []) if (inner !== output) found.delete(inner);
    found.set(output, { form, lastNodeId: nodeId });
  });
  return [...found.values()];
}

type Conv = Extract<KernelShape, { kind: "conv" }>;

function formOfNode(
  graphWork: GraphWork,
  formOf: ReadonlyMap<ValueId, LinearForm>,
  node: Node,
  nodeId: NodeId,
): LinearForm | undefined {
  const { flow } = graphWork;
  if (node.domain !== "" || flow.isFolded[nodeId] === 1) return undefined;
  const of = (id: ValueId): LinearForm | undefined => formRead(flow, formOf, id);
  const [data = -1, second = -1] = node.inputs;
  switch (node.op) {
    case "Conv": {
      const kernel = kernelOf(graphWork, nodeId);
      const window = kernel && windowOf(node, kernel);
      const before = of(data);
      if (kernel === undefined || window === undefined || before === undefined) return undefined;
      if (node.inputs.slice(1).some((id) => id >= 0 && flow.isWeight[id] !== 1)) return undefined;
      const next = { window, channels: kernel.outputChannels, macs: macsOfConv(kernel) };
      return (
        followedBy(before, nodeId, next) ??
        followedBy(identityOf(data, kernel.inputChannels), nodeId, next)
      );
    }
    case "BatchNormalization": {
      const before = of(data);
      const isTraining = node.attributes.get("training_mode");
      if (before === undefined || (isTraining?.kind === "int" && isTraining.value !== 0))
        return undefined;
      return { ...before, nodeIds: [...before.nodeIds, nodeId] };
    }
    case "Add":
      for (const [value, other] of [
        [data, second],
        [second, data],
      ] as const) {
        if (flow.isWeight[other] !== 1) continue;
        const before = of(value);
        const elements = elementsOf(flow.inferred.types[other]);
        return before !== undefined && (elements === 1 || elements === before.channels)
          ? { ...before, nodeIds: [...before.nodeIds, nodeId] }
          : undefined;
      }
      return sumOfRead(flow, formOf, data, second, nodeId);
    default:
      return undefined;
  }
}

/** Nothing is broadcast, and no operand is added to itself. */
function sumOfRead(
  flow: Dataflow,
  formOf: ReadonlyMap<ValueId, LinearForm>,
  left: ValueId,
  right: ValueId,
  nodeId: NodeId,
): LinearForm | undefined {
  if (left === right || !isSameShape(flow, left, right)) return undefined;
  const [a, b] = [formRead(flow, formOf, left), formRead(flow, formOf, right)];
  return a && b && sumOf(a, b, nodeId);
}

/** What a value is made of where nobody else reads it; else the value itself. */
function formRead(
  flow: Dataflow,
  formOf: ReadonlyMap<ValueId, LinearForm>,
  id: ValueId,
): LinearForm | undefined {
  if (id < 0 || flow.isWeight[id] === 1) return undefined;
  const form = formOf.get(id);
  if (form !== undefined && readersOf(flow, id).length === 1 && flow.isGraphOutput[id] !== 1)
    return form;
  const type = flow.inferred.types[id];
  const channels = type?.kind === "tensor" ? type.shape?.[1] : undefined;
  return typeof channels === "number" ? identityOf(id, channels) : undefined;
}

function isSameShape(flow: Dataflow, left: ValueId, right: ValueId): boolean {
  const [a, b] = [flow.inferred.types[left], flow.inferred.types[right]];
  return a?.kind === "tensor" && b?.kind === "tensor" && typeText(a) === typeText(b);
}

function kernelOf({ works }: GraphWork, nodeId: NodeId): Conv | undefined {
  const found = works[nodeId];
  const kernel = found?.kind === "known" ? found.work.kernel : undefined;
  return kernel?.kind === "conv" && !kernel.isTransposed ? kernel : undefined;
}

function windowOf({ attributes }: Node, kernel: Conv): Window | undefined {
  const padding = attributes.get("auto_pad");
  if (padding?.kind === "string" && !["NOTSET", "VALID"].includes(padding.value)) return undefined;
  const pads = intsOf(attributes.get("pads"));
  const first = kernel.kernelSize.map((_, axis) => 0 - (pads[axis] ?? 0));
  return {
    groups: kernel.groups,
    inputChannels: kernel.inputChannels,
    first,
    last: kernel.kernelSize.map(
      (size, axis) => (first[axis] ?? 0) + (size - 1) * (kernel.dilations?.[axis] ?? 1),
    ),
    strides: kernel.strides,
    outputSize: kernel.outputSize,
  };
}

function intsOf(attribute: Attribute | undefined): readonly number[] {
  return attribute?.kind === "ints" ? attribute.value : [];
}

function macsOfConv(kernel: Conv): number {
  const perOutput = (kernel.inputChannels / kernel.groups) * productOf(kernel.kernelSize);
  return kernel.outputChannels * productOf(kernel.outputSize) * perOutput;
}
