import type { ElementType } from "../graph/element-type.js";
import type { NodeId, ValueId } from "../graph/graph.js";
import { elementTypeOf, storedType } from "../work/value-bytes.js";
import {
  activationsOf,
  canJoin,
  fuse,
  kindOf,
  makerOf,
  membersOf,
  opOf,
  soleReader,
  sourceOf,
  usesOf,
  vanish,
  type Draft,
} from "./draft.js";
import { arithmeticOf, isWideFloat } from "./arithmetic.js";
import type { LoweringPass } from "./pass.js";

/**
 * QDQ form: DequantizeLinear → operator → QuantizeLinear is one integer kernel. The quantization joins the kernel
 * before it; a dequantization whose readers are all integer kernels vanishes, and they read the integers. What stands
 * at the border to floating point stays. (TensorRT Developer Guide, "Explicit Quantization"; ONNX Runtime's QDQ
 * transformers do the same.)
 */
export const pass: LoweringPass = {
  id: "fuse-quantization",
  run: (draft) => {
    const { flow } = draft;
    const nodeCount = flow.graph.nodes.length;
    for (let nodeId = 0; nodeId < nodeCount; nodeId++)
      if (flow.isFolded[nodeId] === 1 && isDequantize(draft, nodeId)) vanish(draft, nodeId);
    for (let nodeId = 0; nodeId < nodeCount; nodeId++)
      if (isQuantize(draft, nodeId)) joinKernelBefore(draft, nodeId);
    for (let nodeId = 0; nodeId < nodeCount; nodeId++) markProduct(draft, nodeId);
    for (let nodeId = 0; nodeId < nodeCount; nodeId++)
      if (isDequantize(draft, nodeId)) dropDequantize(draft, nodeId);
  },
};

/** Nodes between a dequantization and a quantization: an operator, its bias, an activation of several nodes. */
const chainLimit = 24;

function joinKernelBefore(draft: Draft, quantize: NodeId): void {
  const input = draft.flow.graph.nodes[quantize]?.inputs[0] ?? -1;
  const maker = makerOf(draft, input);
  if (maker < 0 || isDequantize(draft, maker) || isQuantize(draft, maker)) return;
  if (soleReader(draft, maker) !== quantize || !canJoin(draft, maker, quantize)) return;
  const chain = new Set(membersOf(draft, maker));
  let arithmetic: string | undefined;
  const pending = [...chain];
  for (let nodeId = pending.pop(); nodeId !== undefined; nodeId = pending.pop())
    for (const id of activationsOf(draft, nodeId)) {
      const before = makerOf(draft, id);
      if (chain.has(before)) continue;
      if (before >= 0 && isDequantize(draft, before)) {
        arithmetic ??= quantizedType(draft, before);
        continue;
      }
      // An integer or a boolean (indices of a Gather, a mask) is no obstacle.
      const type = elementTypeOf(draft.flow.inferred.types[id]);
      if (type !== undefined && arithmeticOf(type) === undefined) continue;
      if (before < 0 || soleReader(draft, before) !== nodeId || !canJoin(draft, before, quantize))
        return;
      for (const member of membersOf(draft, before)) {
        chain.add(member);
        pending.push(member);
      }
      if (chain.size > chainLimit) return;
    }
  if (arithmetic === undefined || !hasQuantizedWeights(draft, [...chain])) return;
  fuse(draft, [...chain, quantize]);
  draft.arithmetics.set(draft.kernelOf[quantize] ?? -1, arithmetic);
}

/** The last product of a model is often left in floating point behind; its operands are integers all the same. */
function markProduct(draft: Draft, nodeId: NodeId): void {
  const kernel = draft.kernelOf[nodeId] ?? -1;
  if (kernel < 0 || draft.arithmetics.has(kernel)) return;
  const kind = kindOf(draft, nodeId);
  if (kind !== "conv" && kind !== "matmul") return;
  let arithmetic: string | undefined;
  for (const id of activationsOf(draft, nodeId)) {
    const maker = makerOf(draft, id);
    const type =
      maker >= 0 && isDequantize(draft, maker)
        ? quantizedType(draft, maker)
        : integerArithmetic(elementTypeOf(draft.flow.inferred.types[sourceOf(draft, id)]));
    if (type === undefined) return;
    arithmetic ??= type;
  }
  if (arithmetic !== undefined && hasQuantizedWeights(draft, [nodeId]))
    draft.arithmetics.set(kernel, arithmetic);
}

/** Products with a floating-point weight are not integer kernels, whatever flows in and out. */
function hasQuantizedWeights(draft: Draft, nodeIds: readonly NodeId[]): boolean {
  const { flow } = draft;
  return nodeIds.every((nodeId) => {
    const kind = kindOf(draft, nodeId);
    if (kind !== "conv" && kind !== "matmul") return true;
    const weight = flow.graph.nodes[nodeId]?.inputs[1] ?? -1;
    if (flow.inferred.isConstant[weight] !== true) return true;
    const type = storedType(flow, weight);
    return type !== undefined && !isWideFloat(type);
  });
}

/** The dequantization vanishes when every reader of its output is an integer kernel: the integers are read instead. */
function dropDequantize(draft: Draft, nodeId: NodeId): void {
  if ((draft.kernelOf[nodeId] ?? -1) < 0) return;
  const source = draft.flow.graph.nodes[nodeId]?.inputs[0] ?? -1;
  const made = draft.flow.outputs[nodeId]?.[0];
  if (source < 0 || made === undefined || membersOf(draft, nodeId).length > 1) return;
  if (!readersAreInteger(draft, nodeId)) return;
  vanish(draft, nodeId, source);
}

function readersAreInteger(draft: Draft, nodeId: NodeId): boolean {
  const { readers, isExposed } = usesOf(draft, nodeId);
  return !isExposed && readers.length > 0 && readers.every((id) => isInteger(draft, id));
}

function isInteger(draft: Draft, nodeId: NodeId): boolean {
  return draft.arithmetics.has(draft.kernelOf[nodeId] ?? -1);
}

function isQuantize(draft: Draft, nodeId: NodeId): boolean {
  return operatorsOfQuantize.has(opOf(draft, nodeId));
}

function isDequantize(draft: Draft, nodeId: NodeId): boolean {
  return operatorsOfDequantize.has(opOf(draft, nodeId));
}

function quantizedType(draft: Draft, dequantize: NodeId): string | undefined {
  const source: ValueId = draft.flow.graph.nodes[dequantize]?.inputs[0] ?? -1;
  const type = elementTypeOf(draft.flow.inferred.types[source]);
  return type === undefined ? undefined : arithmeticOf(type);
}

function integerArithmetic(type: ElementType | undefined): string | undefined {
  return type === undefined || isWideFloat(type) ? undefined : arithmeticOf(type);
}

const operatorsOfQuantize: ReadonlySet<string> = new Set([
  "QuantizeLinear",
  "com.microsoft:QuantizeLinear",
]);
const operatorsOfDequantize: ReadonlySet<string> = new Set([
  "DequantizeLinear",
  "com.microsoft:DequantizeLinear",
]);
