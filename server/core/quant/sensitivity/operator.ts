import type { Node } from "../../graph/graph.js";
import type { Tensor } from "./tensor.js";

/** One execution of a node: its outputs, and how a gradient of the first output becomes gradients of the inputs. */
export interface Step {
  readonly outputs: readonly Tensor[];
  /** One entry for each input; undefined where no gradient flows. `index` says of which output the gradient is. */
  readonly backward: (
    gradient: Float32Array,
    index: number,
  ) => readonly (Float32Array | undefined)[];
}

/** Throws `NotPropagated` for what it cannot do. Absent inputs are undefined. */
export type Operator = (node: Node, inputs: readonly (Tensor | undefined)[]) => Step;

/** The propagation does not know an operator, or not in this form: sensitivities cannot be had this way. */
export class NotPropagated extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotPropagated";
  }
}

export function need(input: Tensor | undefined, node: Node): Tensor {
  if (input === undefined) throw new NotPropagated(`${node.op} lacks an input`);
  return input;
}

export function intAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "int" || attribute?.kind === "float" ? attribute.value : fallback;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "ints" || attribute?.kind === "floats" ? attribute.value : undefined;
}

export function textAttribute(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "string" ? attribute.value : fallback;
}
