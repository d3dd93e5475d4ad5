import type { Node, NodeId, ValueId } from "../graph/graph.js";
import { elementsOf } from "../work/value-bytes.js";
import { activationsOf, kindOf, opOf, vanish, type Draft } from "./draft.js";
import type { LoweringPass } from "./pass.js";

/**
 * What does not depend on the inputs after all: `x * 0` is zero, element-wise steps over zeros are computed when the
 * model is converted, adding zero does nothing, and what nobody reads any more is not computed. A convolution or pooling of
 * zeros is run all the same: measured networks with such branches take the time of both (LiteRT on a Raspberry Pi 5).
 */
export const pass: LoweringPass = {
  id: "fold-zeros",
  run: (draft) => {
    const fixed = findFixed(draft);
    if (fixed.nodeCount > 0) dropUnread(draft, fixed);
  },
};

interface Fixed {
  /** Values that do not depend on the graph's inputs. */
  readonly values: Uint8Array;
  readonly zeros: Uint8Array;
  nodeCount: number;
}

function findFixed(draft: Draft): Fixed {
  const { flow } = draft;
  const count = flow.graph.values.length;
  const fixed: Fixed = {
    values: new Uint8Array(count),
    zeros: new Uint8Array(count),
    nodeCount: 0,
  };
  for (let nodeId = 0; nodeId < flow.graph.nodes.length; nodeId++) {
    const node = flow.graph.nodes[nodeId];
    const made = flow.outputs[nodeId];
    const [only] = made ?? [];
    if (node === undefined || only === undefined || made?.length !== 1) continue;
    const isGone = (draft.kernelOf[nodeId] ?? -1) < 0;
    const activations = activationsOf(draft, nodeId);
    if (activations.length === 0) continue;
    const isZero = makesZero(draft, node, nodeId, fixed);
    const kind = kindOf(draft, nodeId);
    const isSimple = kind === "elementwise" || kind === "view" || kind === "movement";
    const isFixed = isZero || activations.every((id) => fixed.values[id] === 1);
    if (isFixed && isSimple) {
      fixed.values[only] = 1;
      if (isZero) fixed.zeros[only] = 1;
      if (!isGone) {
        vanish(draft, nodeId);
        fixed.nodeCount += 1;
      }
    } else if (!isGone) {
      const rest = restOfSum(draft, nodeId, fixed);
      if (rest !== undefined) {
        vanish(draft, nodeId, rest);
        fixed.nodeCount += 1;
      }
    }
  }
  return fixed;
}

/** Operators that make zeros of zeros. */
const keepsZero: ReadonlySet<string> = new Set([
  "Abs",
  "Identity",
  "LeakyRelu",
  "Neg",
  "Relu",
  "Reshape",
  "Transpose",
]);

function makesZero(draft: Draft, node: Node, nodeId: NodeId, fixed: Fixed): boolean {
  const op = opOf(draft, nodeId);
  const isZero = (id: ValueId): boolean => fixed.zeros[id] === 1 || isConstantZero(draft, id);
  if (op === "Mul") return node.inputs.some(isZero);
  if (op === "Add") return node.inputs.every(isZero);
  return keepsZero.has(op) && isZero(node.inputs[0] ?? -1);
}

function isConstantZero({ flow }: Draft, id: ValueId): boolean {
  const data = flow.inferred.constants.get(id)?.data;
  return data !== undefined && data.length > 0 && data.every((value) => value === 0);
}

/** Of a sum with zeros of the same shape, the other part. */
function restOfSum(draft: Draft, nodeId: NodeId, fixed: Fixed): ValueId | undefined {
  if (opOf(draft, nodeId) !== "Add") return undefined;
  const { flow } = draft;
  const [left = -1, right = -1] = flow.graph.nodes[nodeId]?.inputs ?? [];
  const made = elementsOf(flow.inferred.types[flow.outputs[nodeId]?.[0] ?? -1]);
  for (const [zero, rest] of [
    [left, right],
    [right, left],
  ] as const)
    if (fixed.zeros[zero] === 1 && elementsOf(flow.inferred.types[rest]) === made) return rest;
  return undefined;
}

/** From the outputs backwards: a node that only nodes gone by now have read is not run. */
function dropUnread(draft: Draft, fixed: Fixed): void {
  const { flow } = draft;
  const isNeeded = Uint8Array.from(flow.isGraphOutput);
  for (let nodeId = flow.graph.nodes.length - 1; nodeId >= 0; nodeId--) {
    const made = flow.outputs[nodeId] ?? [];
    const isGone = (draft.kernelOf[nodeId] ?? -1) < 0;
    if (!made.some((id) => isNeeded[id] === 1)) {
      if (!isGone && made.length > 0) vanish(draft, nodeId);
      continue;
    }
    if (made.every((id) => fixed.values[id] === 1)) continue;
    const alias = draft.aliasOf[made[0] ?? -1] ?? -1;
    if (isGone && alias >= 0 && alias !== made[0]) isNeeded[alias] = 1;
    else for (const id of flow.inputs[nodeId] ?? []) isNeeded[id] = 1;
  }
}
