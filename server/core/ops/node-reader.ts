import type { ElementType } from "../graph/element-type.js";
import {
  absent,
  noAttributes,
  type Attribute,
  type Graph,
  type Node,
  type NodeId,
  type ValueId,
} from "../graph/graph.js";
import type { Shape, TensorType, ValueType } from "../graph/value-type.js";
import type { Constant, NodeContext } from "./rule.js";

/** What is known of a graph's values; grows while inference runs. */
export interface GraphFacts {
  readonly graph: Graph;
  readonly types: readonly (ValueType | undefined)[];
  readonly constants: ReadonlyMap<ValueId, Constant>;
  readonly isConstant: readonly boolean[];
}

/**
 * Answers a rule's questions about one node after the other. One reader serves a whole graph: `moveTo` instead of a
 * new object per node, since a graph may have 50,000.
 */
export class NodeReader implements NodeContext {
  node: Node = nowhere;
  nodeId: NodeId = -1;
  opset = 1;
  readonly facts: GraphFacts;
  readonly #opsets: ReadonlyMap<string, number>;

  constructor(facts: GraphFacts, opsets: ReadonlyMap<string, number>) {
    this.facts = facts;
    this.#opsets = opsets;
  }

  moveTo(nodeId: NodeId): void {
    const node = this.facts.graph.nodes[nodeId] ?? nowhere;
    this.node = node;
    this.nodeId = nodeId;
    this.opset = node.opset ?? opsetOf(this.#opsets, node.domain);
  }

  get inputCount(): number {
    return this.node.inputs.length;
  }

  get outputCount(): number {
    return this.node.outputs.length;
  }

  hasInput(index: number): boolean {
    return (this.node.inputs[index] ?? absent) !== absent;
  }

  hasOutput(index: number): boolean {
    return (this.node.outputs[index] ?? absent) !== absent;
  }

  inputType(index: number): ValueType | undefined {
    const id = this.node.inputs[index] ?? absent;
    return id === absent ? undefined : this.facts.types[id];
  }

  tensor(index: number): TensorType | undefined {
    const type = this.inputType(index);
    return type?.kind === "tensor" ? type : undefined;
  }

  shape(index: number): Shape | undefined {
    return this.tensor(index)?.shape;
  }

  elementType(index: number): ElementType | undefined {
    return this.tensor(index)?.elementType;
  }

  constant(index: number): Constant | undefined {
    const id = this.node.inputs[index] ?? absent;
    return id === absent ? undefined : this.facts.constants.get(id);
  }

  isWeight(index: number): boolean {
    const id = this.node.inputs[index] ?? absent;
    return id !== absent && this.facts.isConstant[id] === true;
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }

  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  int(name: string, fallback?: number): number | undefined {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "int" ? attribute.value : fallback;
  }

  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  float(name: string, fallback?: number): number | undefined {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "float" || attribute?.kind === "int" ? attribute.value : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "ints" ? attribute.value : undefined;
  }

  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  string(name: string, fallback?: string): string | undefined {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "string" ? attribute.value : fallback;
  }

  graph(name: string): Graph | undefined {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === "graph" ? attribute.value : undefined;
  }
}

/** A file that imports no version of a domain means its first one (ONNX IR, "Operator Sets"). */
export function opsetOf(opsets: ReadonlyMap<string, number>, domain: string): number {
  if (domain === "" || domain === "ai.onnx") return opsets.get("") ?? opsets.get("ai.onnx") ?? 1;
  return opsets.get(domain) ?? 1;
}

const nowhere: Node = {
  name: "",
  op: "",
  domain: "",
  inputs: [],
  outputs: [],
  attributes: noAttributes,
  scope: "",
};
