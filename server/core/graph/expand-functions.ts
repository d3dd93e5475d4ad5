import { throwIfCancelled, type Cancel } from "../base/cancel.js";
import type { Outcome, Problem } from "../base/problem.js";
import { findRule } from "../ops/lookup.js";
import { opsetOf } from "../ops/node-reader.js";
import { absent, operatorKey, type Attribute, type Attributes } from "./graph.js";
import type { FunctionDefinition, Graph, Model, Node, Value, ValueId } from "./graph.js";

/**
 * Replaces calls of model-local functions by their bodies (ONNX IR, "Functions"). An operator that has a rule of its
 * own stays: a runtime has a kernel for it, and the rule knows what that costs. Calls in bodies of If, Loop and
 * Scan are replaced as well. What recurses or grows without bound stays a call, and is reported (RP1105).
 */
export function expandFunctions(
  model: Model,
  cancel: Cancel,
  nodeLimit = defaultNodeLimit,
): Outcome<Model> {
  if (model.functions.length === 0) return { value: model, problems: [] };
  const expander = new Expander(model, cancel, nodeLimit);
  return {
    value: { ...model, graph: expander.expandGraph(model.graph) },
    problems: expander.problems,
  };
}

/** Ten times the nodes of the largest models that exporters write with functions. */
const defaultNodeLimit = 500_000;
const depthLimit = 100;

/** Where nodes go, and what a node's surroundings mean there. */
interface Frame {
  readonly values: Value[];
  readonly nodes: Node[];
  /** The value in the target graph for a value of the source graph. */
  readonly mapValue: (id: ValueId) => ValueId;
  /** The call whose attributes the source refers to; undefined outside functions. */
  readonly call: { readonly node: Node; readonly definition: FunctionDefinition } | undefined;
  readonly prefix: string;
  readonly scope: string;
  /** Functions being expanded, outermost first. */
  readonly stack: readonly FunctionDefinition[];
}

class Expander {
  readonly problems: Problem[] = [];
  readonly #model: Model;
  readonly #cancel: Cancel;
  readonly #functions = new Map<string, FunctionDefinition>();
  readonly #reported = new Set<string>();
  readonly #nodeLimit: number;
  #count = 0;

  constructor(model: Model, cancel: Cancel, nodeLimit: number) {
    this.#model = model;
    this.#cancel = cancel;
    this.#nodeLimit = nodeLimit;
    for (const definition of model.functions)
      this.#functions.set(
        functionKey(definition.domain, definition.name, definition.overload),
        definition,
      );
  }

  expandGraph(graph: Graph): Graph {
    return this.#expandInto(
      graph,
      { call: undefined, prefix: "", scope: "", stack: [] },
      graph.captures,
    );
  }

  #expandInto(
    graph: Graph,
    surroundings: Pick<Frame, "call" | "prefix" | "scope" | "stack">,
    captures: Graph["captures"],
  ): Graph {
    const values = [...graph.values];
    const nodes: Node[] = [];
    const frame: Frame = { ...surroundings, values, nodes, mapValue: (id) => id };
    for (const node of graph.nodes) this.#expandNode(node, frame);
    return { ...graph, values, nodes, captures };
  }

  #expandNode(source: Node, frame: Frame): void {
    this.#count += 1;
    if (this.#count % 1000 === 0) throwIfCancelled(this.#cancel);
    const node = this.#resolve(source, frame);
    const definition = this.#definitionOf(node);
    if (definition === undefined || !this.#mayExpand(definition, node, frame))
      frame.nodes.push(node);
    else this.#inline(node, definition, frame);
  }

  /** The node with its values, attributes and bodies as they are in the target graph. */
  #resolve(source: Node, frame: Frame): Node {
    const opset =
      frame.call === undefined ? undefined : this.#foreignOpset(source, frame.call.definition);
    const isInlined = frame.call !== undefined;
    const place = source.place ?? frame.call?.node.place;
    return {
      ...source,
      attributes: this.#resolveAttributes(source.attributes, frame),
      inputs: source.inputs.map(frame.mapValue),
      outputs: source.outputs.map(frame.mapValue),
      ...(isInlined && source.name !== "" && { name: `${frame.prefix}${source.name}` }),
      ...(isInlined && { scope: joinScope(frame.scope, source.scope) }),
      ...(opset !== undefined && { opset }),
      ...(place !== undefined && { place }),
    };
  }

  #foreignOpset(node: Node, definition: FunctionDefinition): number | undefined {
    if (node.opset !== undefined) return node.opset;
    if (definition.opsets.size === 0) return undefined;
    const own = opsetOf(definition.opsets, node.domain);
    return own === opsetOf(this.#model.opsets, node.domain) ? undefined : own;
  }

  #resolveAttributes(attributes: Attributes, frame: Frame): Attributes {
    let resolved: Map<string, Attribute> | undefined;
    for (const [name, attribute] of attributes) {
      const replacement = this.#resolveAttribute(attribute, frame);
      if (replacement === attribute) continue;
      resolved ??= new Map(attributes);
      if (replacement === undefined) resolved.delete(name);
      else resolved.set(name, replacement);
    }
    return resolved ?? attributes;
  }

  #resolveAttribute(attribute: Attribute, frame: Frame): Attribute | undefined {
    switch (attribute.kind) {
      case "reference": {
        const { call } = frame;
        if (call === undefined) return undefined;
        return (
          call.node.attributes.get(attribute.value) ?? call.definition.defaults.get(attribute.value)
        );
      }
      case "graph":
        return { kind: "graph", value: this.#expandBody(attribute.value, frame) };
      case "graphs":
        return {
          kind: "graphs",
          value: attribute.value.map((body) => this.#expandBody(body, frame)),
        };
      default:
        return attribute;
    }
  }

  #expandBody(body: Graph, frame: Frame): Graph {
    const captures = body.captures.map(({ inner, outer }) => ({
      inner,
      outer: frame.mapValue(outer),
    }));
    return this.#expandInto(body, frame, captures);
  }

  #definitionOf(node: Node): FunctionDefinition | undefined {
    const overload = node.overload ?? "";
    const definition = this.#functions.get(functionKey(node.domain, node.op, overload));
    if (definition === undefined) return undefined;
    return overload === "" && findRule(node.domain, node.op) !== undefined ? undefined : definition;
  }

  #mayExpand(definition: FunctionDefinition, node: Node, frame: Frame): boolean {
    const name = operatorKey(definition.domain, definition.name);
    if (frame.stack.includes(definition))
      return this.#refuse(name, `Function \`${name}\` calls itself and cannot be expanded.`, node);
    if (depthLimit <= frame.stack.length)
      return this.#refuse(
        "depth",
        `Function \`${name}\` is nested more than ${depthLimit} calls deep; it is not expanded.`,
        node,
      );
    if (this.#nodeLimit <= this.#count)
      return this.#refuse(
        "count",
        `The model's functions expand to more than ${this.#nodeLimit} nodes; the rest stay calls without cost.`,
        node,
      );
    return true;
  }

  #refuse(key: string, message: string, node: Node): false {
    if (!this.#reported.has(key))
      this.problems.push({
        code: "RP1105",
        severity: "error",
        message,
        ...(node.place !== undefined && { place: node.place }),
      });
    this.#reported.add(key);
    return false;
  }

  #inline(call: Node, definition: FunctionDefinition, frame: Frame): void {
    const { body } = definition;
    const label = call.name === "" ? `${definition.name}_${frame.nodes.length}` : call.name;
    const ids = new Map<ValueId, ValueId>();
    for (const [index, formal] of body.inputs.entries())
      ids.set(formal, call.inputs[index] ?? absent);
    const copies: { readonly from: ValueId; readonly to: ValueId }[] = [];
    for (const [index, formal] of body.outputs.entries()) {
      const actual = call.outputs[index] ?? absent;
      if (actual === absent) continue;
      // An output that is an input, or listed twice, has no node that makes it.
      const known = ids.get(formal);
      if (known === undefined) ids.set(formal, actual);
      else copies.push({ from: known, to: actual });
    }
    const mapValue = (id: ValueId): ValueId => {
      if (id === absent) return absent;
      const known = ids.get(id);
      if (known !== undefined) return known;
      const value = body.values[id];
      const fresh = frame.values.length;
      frame.values.push({ ...value, name: `${label}/${value?.name ?? id}` });
      ids.set(id, fresh);
      return fresh;
    };
    const inner: Frame = {
      values: frame.values,
      nodes: frame.nodes,
      mapValue,
      call: { node: call, definition },
      prefix: `${label}/`,
      scope: joinScope(call.scope, label),
      stack: [...frame.stack, definition],
    };
    for (const node of body.nodes) this.#expandNode(node, inner);
    for (const { from, to } of copies)
      frame.nodes.push({
        name: `${label}/output`,
        op: "Identity",
        domain: "",
        inputs: [from],
        outputs: [to],
        attributes: new Map(),
        scope: inner.scope,
      });
  }
}

function functionKey(domain: string, name: string, overload: string): string {
  return `${operatorKey(domain, name)}:${overload}`;
}

function joinScope(outer: string, inner: string): string {
  return outer === "" ? inner : inner === "" ? outer : `${outer}/${inner}`;
}
