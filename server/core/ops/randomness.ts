import { numberOfConstant } from "../graph/constant.js";
import type { Node } from "../graph/graph.js";
import type { NodeContext } from "./rule.js";

/**
 * True for a node whose outputs differ from run to run, so that it cannot be computed when the model is loaded. With
 * no `ctx` at hand, a node that may be random counts as random.
 */
export function isRandomNode(node: Node, ctx?: NodeContext): boolean {
  if (alwaysRandom.has(node.op)) return true;
  // Dropout drops only in training mode, its third input since version 12 (ONNX Operators, Dropout-12).
  if (node.op === "Dropout" && node.inputs.length > 2)
    return ctx === undefined || numberOfConstant(ctx.constant(2)) !== 0;
  return false;
}

const alwaysRandom: ReadonlySet<string> = new Set([
  "RandomNormal",
  "RandomNormalLike",
  "RandomUniform",
  "RandomUniformLike",
  "Bernoulli",
  "Multinomial",
]);
