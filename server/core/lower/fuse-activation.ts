import type { NodeId } from "../graph/graph.js";
import { activationsOf, exitOf, fuse, kindOf, membersOf, opOf, type Draft } from "./draft.js";
import type { LoweringPass } from "./pass.js";
import { regionBehind } from "./region.js";

/**
 * Biases and activations run in the epilogue of the convolution, product or addition before them. An activation that
 * an exporter wrote as several nodes (`x·sigmoid(x)`, GELU by `Erf`, HardSwish by `Clip`) is found as the region
 * between the product and the one node that its paths meet in.
 */
export const pass: LoweringPass = {
  id: "fuse-activation",
  run: (draft) => {
    for (let nodeId = 0; nodeId < draft.flow.graph.nodes.length; nodeId++) {
      if (!hasEpilogue(draft, nodeId)) continue;
      for (let round = 0; round < epilogueLimit; round++) {
        const region = regionBehind(draft, exitOf(draft, nodeId), (id) => isPart(draft, id));
        if (region === undefined || !isActivation(draft, region)) break;
        fuse(draft, [nodeId, ...region]);
      }
    }
  },
};

/** A bias, a scale, an activation and a clip: no runtime's epilogue takes more. */
const epilogueLimit = 4;

const activations: ReadonlySet<string> = new Set([
  "Relu",
  "Clip",
  "LeakyRelu",
  "Sigmoid",
  "Tanh",
  "Gelu",
  "Elu",
  "Celu",
  "Selu",
  "PRelu",
  "HardSigmoid",
  "HardSwish",
  "Mish",
  "Swish",
  "Softplus",
  "Softsign",
  "ThresholdedRelu",
  "com.microsoft:Gelu",
  "com.microsoft:FastGelu",
  "com.microsoft:BiasGelu",
  "com.microsoft:QuickGelu",
]);

/** What activations are written with besides. */
const parts: ReadonlySet<string> = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Pow",
  "Erf",
  "Exp",
  "Neg",
  "Min",
  "Max",
  "Sqrt",
  "Reciprocal",
  "Cast",
]);

function hasEpilogue(draft: Draft, nodeId: NodeId): boolean {
  const kind = kindOf(draft, nodeId);
  if ((draft.kernelOf[nodeId] ?? -1) < 0) return false;
  if (kind === "conv" || kind === "matmul") return true;
  const op = opOf(draft, nodeId);
  // The addition of a residual is a kernel of its own here, unless it is already part of another.
  return (op === "Add" || op === "Sum") && membersOf(draft, nodeId).length === 1;
}

function isPart(draft: Draft, nodeId: NodeId): boolean {
  const op = opOf(draft, nodeId);
  return (
    (activations.has(op) || parts.has(op)) &&
    kindOf(draft, nodeId) === "elementwise" &&
    membersOf(draft, nodeId).length === 1
  );
}

/** One node is an activation by its name or has a constant for its other operand; several are one by their form. */
function isActivation(draft: Draft, region: readonly NodeId[]): boolean {
  const [only] = region;
  if (only === undefined) return false;
  if (region.length > 1 || activations.has(opOf(draft, only))) return true;
  const op = opOf(draft, only);
  const hasConstant = (draft.flow.inputs[only]?.length ?? 0) > activationsOf(draft, only).length;
  return hasConstant && (op === "Add" || op === "Sub" || op === "Mul" || op === "Div");
}
