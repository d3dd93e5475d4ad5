import { Cancelled, throwIfCancelled, type Cancel } from "../base/cancel.js";
import type { Problem } from "../base/problem.js";
import { InferReader, type InferHost } from "../ops/context.js";
import { findRule } from "../ops/lookup.js";
import { isRandomNode } from "../ops/randomness.js";
import type { Constant, Inferred, OpRule } from "../ops/rule.js";
import { constantLimit, constantOfWeight, isSettled } from "./constant.js";
import { mapDims, mergeDeclared, namedSymbols, settleDims } from "./declared-type.js";
import { type Dim, symbol } from "./dim.js";
import { absent, operatorKey, weightType, type Graph, type Model, type NodeId } from "./graph.js";
import type { Node, ValueId } from "./graph.js";
import type { InferredGraph } from "./inferred.js";
import { knownShape, typeText, type ValueType } from "./value-type.js";

/**
 * Finds the type of every value in one pass over the nodes, in their order. Expand functions and bind inputs before.
 * Never throws but for cancellation: a node whose inputs are wrong is reported and its outputs stay as declared.
 */
export function infer(
  model: Model,
  cancel: Cancel,
  { takesMost = false }: InferOptions = {},
): InferredGraph {
  const pass = new InferencePass(model, cancel, takesMost);
  const inferred = pass.inferGraph(model.graph, undefined, undefined);
  pass.reportMissingRules();
  return { ...inferred, problems: pass.problems, hasDataExtents: pass.hasDataExtents };
}

export interface InferOptions {
  /** Extents that depend on data are the most that they can be, where a rule knows that. */
  readonly takesMost?: boolean;
}

/** A body that holds bodies is inferred anew by every pass over the outer one; this bounds the product. */
const repetitionLimit = 8;
const cancelInterval = 1000;

interface MutableFacts {
  readonly graph: Graph;
  readonly types: (ValueType | undefined)[];
  readonly constants: Map<ValueId, Constant>;
  readonly isConstant: boolean[];
  readonly bodies: Map<NodeId, readonly InferredGraph[]>;
}

class InferencePass implements InferHost {
  problems: Problem[] = [];
  readonly #model: Model;
  readonly #cancel: Cancel;
  readonly #nodesOfMissingRule = new Map<string, Set<Node>>();
  readonly #symbols = new Set<string>();
  readonly #freshDim = (): Dim => this.freshDim();
  #freshDimCount = 0;
  #nodeCount = 0;
  readonly #nodeLimit: number;
  #isLimitReported = false;
  /** Operators whose rule contradicted a trace. */
  readonly #contradicted = new Set<string>();
  /** Bodies that the node at hand has had inferred, with the problems found in each by its last inference. */
  #bodies = new Map<Graph, { readonly inferred: InferredGraph; readonly problems: Problem[] }>();

  /** True once a rule has said how large an extent that depends on data can be. */
  hasDataExtents = false;
  readonly #takesMost: boolean;

  constructor(model: Model, cancel: Cancel, takesMost: boolean) {
    this.#model = model;
    this.#takesMost = takesMost;
    this.#cancel = cancel;
    this.#nodeLimit = 10_000 + repetitionLimit * countNodes(model.graph);
  }

  report(problem: Problem): void {
    this.problems.push(problem);
  }

  freshDim(most?: Dim): Dim {
    if (most !== undefined && typeof most === "number") {
      this.hasDataExtents = true;
      if (this.#takesMost) return most;
    }
    this.#freshDimCount += 1;
    return symbol(`?${this.#freshDimCount}`);
  }

  inferGraph(
    graph: Graph,
    inputs: readonly (Inferred | undefined)[] | undefined,
    outer: MutableFacts | undefined,
  ): InferredGraph & MutableFacts {
    const facts = startFacts(graph);
    for (const { inner, outer: outerId } of graph.captures) {
      if (outer === undefined) continue;
      facts.types[inner] = outer.types[outerId];
      facts.isConstant[inner] = outer.isConstant[outerId] === true;
      const constant = outer.constants.get(outerId);
      if (constant !== undefined) facts.constants.set(inner, constant);
    }
    for (const [index, id] of graph.inputs.entries())
      this.#startInput(facts, id, inputs === undefined ? undefined : inputs[index]);

    const reader = new InferReader(facts, this.#model.opsets, this);
    for (let nodeId = 0; nodeId < graph.nodes.length; nodeId++) {
      this.#nodeCount += 1;
      if (this.#nodeCount % cancelInterval === 0) throwIfCancelled(this.#cancel);
      reader.moveTo(nodeId);
      this.#inferNode(facts, reader);
    }
    return { ...facts, problems: [], symbols: [...this.#symbols] };
  }

  inferBody(
    caller: InferReader,
    body: Graph,
    inputs: readonly (Inferred | undefined)[],
  ): readonly (Inferred | undefined)[] {
    if (this.#nodeLimit < this.#nodeCount) {
      if (!this.#isLimitReported)
        caller.error("its bodies nest too deeply to be inferred; flatten the model");
      this.#isLimitReported = true;
      return [];
    }
    const outerProblems = this.problems;
    const outerBodies = this.#bodies;
    this.problems = [];
    this.#bodies = new Map();
    const inferred = this.inferGraph(body, inputs, caller.facts as MutableFacts);
    outerBodies.set(body, { inferred, problems: this.problems });
    this.problems = outerProblems;
    this.#bodies = outerBodies;
    return body.outputs.map((id) => {
      const type = inferred.types[id];
      const constant = inferred.constants.get(id);
      return type === undefined ? undefined : { type, ...(constant && { constant }) };
    });
  }

  reportMissingRules(): void {
    for (const [key, nodes] of this.#nodesOfMissingRule) {
      if (key === "") continue; // The reader has said that the node names no operator.
      const [first] = nodes;
      const noun = nodes.size === 1 ? "1 node" : `${nodes.size} nodes`;
      this.report({
        code: "RP1201",
        severity: "warning",
        message: `\`${key}\` is not known; ${noun} of it ${nodes.size === 1 ? "has" : "have"} no cost.`,
        ...(first?.place !== undefined && { place: first.place }),
      });
    }
  }

  #startInput(facts: MutableFacts, id: ValueId, given: Inferred | undefined): void {
    const value = facts.graph.values[id];
    if (value === undefined || value.weight !== undefined) return;
    const declared = this.#declaredType(value.declared);
    const type =
      declared === undefined ? given?.type : mergeDeclared(given?.type, declared, ignore);
    facts.types[id] = type;
    namedSymbols(type, this.#symbols);
    if (given?.constant !== undefined) facts.constants.set(id, given.constant);
    const shape = type?.kind === "tensor" ? knownShape(type.shape) : undefined;
    if (value.contents === undefined || type?.kind !== "tensor" || shape === undefined) return;
    const { elementType } = type;
    if (elementType !== undefined && value.contents.length <= constantLimit)
      facts.constants.set(id, { elementType, shape, data: value.contents });
  }

  #declaredType(declared: ValueType | undefined): ValueType | undefined {
    return declared === undefined ? undefined : settleDims(declared, this.#freshDim);
  }

  #inferNode(facts: MutableFacts, reader: InferReader): void {
    const { node } = reader;
    const rule = findRule(node.domain, node.op);
    const results = rule === undefined ? this.#miss(node) : this.#apply(rule, facts, reader);
    if (this.#model.trace !== undefined) {
      this.#confirm(facts, reader, results);
      return;
    }
    const isFolded = rule !== undefined && dependsOnConstantsOnly(facts, node, reader);
    for (let index = 0; index < node.outputs.length; index++) {
      const id = node.outputs[index] ?? absent;
      const value = facts.graph.values[id];
      if (value === undefined) continue;
      const result = results[index];
      const found = this.#withoutElementType(result?.type, value.declared);
      let type =
        found === undefined || isPossible(found) ? found : this.#withoutImpossible(found, reader);
      if (value.declared !== undefined) {
        const declared = this.#declaredType(value.declared) ?? value.declared;
        type = mergeDeclared(type, declared, (what) =>
          reader.complain("RP1103", `output \`${value.name}\` ${what}`),
        );
        if (found !== type) namedSymbols(type, this.#symbols);
      }
      facts.types[id] = type;
      const constant = result?.constant;
      if (constant !== undefined && constant.data.length <= constantLimit)
        facts.constants.set(id, constant);
      facts.isConstant[id] = isFolded || (constant !== undefined && isSettled(constant));
    }
  }

  /**
   * What a program that ran has made is what was made. A rule that would have said otherwise is our mistake; it is told
   * once for each operator. Views of weights stay weights: they cost nothing and are read as such.
   */
  #confirm(
    facts: MutableFacts,
    reader: InferReader,
    results: readonly (Inferred | undefined)[],
  ): void {
    const { node } = reader;
    const isConstant = viewsOfWeights.has(node.op) && dependsOnConstantsOnly(facts, node, reader);
    for (const [index, id] of node.outputs.entries()) {
      const declared = facts.graph.values[id]?.declared;
      if (declared === undefined) continue;
      facts.types[id] = declared;
      facts.isConstant[id] = isConstant;
      const found = results[index]?.type;
      const key = operatorKey(node.domain, node.op);
      // A shape that the rule knows only in part says nothing: calls carry less than ONNX nodes.
      if (found?.kind !== "tensor" || knownShape(found.shape) === undefined) continue;
      if (this.#contradicted.has(key)) continue;
      mergeDeclared({ ...found, elementType: undefined }, declared, (what) => {
        this.#contradicted.add(key);
        this.report({
          code: "RP9002",
          severity: "hint",
          message: `The rule of ${key} does not agree with what ran: the output ${what}. Please report this.`,
          nodeId: reader.nodeId,
          ...(node.place !== undefined && { place: node.place }),
        });
      });
    }
  }

  /** Where the file's own element types hold, a rule speaks of the shape alone. */
  #withoutElementType(
    found: ValueType | undefined,
    declared: ValueType | undefined,
  ): ValueType | undefined {
    if (this.#model.ownsElementTypes !== true || found?.kind !== "tensor") return found;
    return declared === undefined ? found : { ...found, elementType: undefined };
  }

  /** Extents that no tensor has come from wrong attributes or overflow; they count as unknown, and are told. */
  #withoutImpossible(type: ValueType, reader: InferReader): ValueType {
    reader.error(
      `its output would be ${typeText(type)}, which no tensor can be; check its inputs and attributes.`,
    );
    return mapDims(type, (dim) => (isPossibleDim(dim) ? dim : this.freshDim()));
  }

  #apply(
    rule: OpRule,
    facts: MutableFacts,
    reader: InferReader,
  ): readonly (Inferred | undefined)[] {
    this.#bodies = new Map();
    let results: readonly (Inferred | undefined)[] = [];
    const problemCount = this.problems.length;
    try {
      results = rule.infer(reader);
      // Rules are stricter than the framework that ran the program: it broadcasts and promotes where ONNX does not.
      if (this.#model.trace !== undefined) this.problems.length = problemCount;
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      this.report({
        code: "RP9001",
        severity: "error",
        message: `The rule of ${reader.node.op} broke: ${String(error)}. Please report this.`,
        nodeId: reader.nodeId,
      });
    }
    this.#keepBodies(facts, reader);
    return results;
  }

  #keepBodies(facts: MutableFacts, reader: InferReader): void {
    if (this.#bodies.size === 0) return;
    const found = this.#bodies;
    const bodies: InferredGraph[] = [];
    for (const body of bodiesOf(reader.node)) {
      const entry = found.get(body);
      if (entry === undefined) continue;
      this.problems.push(...entry.problems);
      bodies.push({ ...entry.inferred, problems: entry.problems });
    }
    facts.bodies.set(reader.nodeId, bodies);
  }

  #miss(node: Node): readonly undefined[] {
    const key = operatorKey(node.domain, node.op);
    const nodes = this.#nodesOfMissingRule.get(key);
    if (nodes === undefined) this.#nodesOfMissingRule.set(key, new Set([node]));
    else nodes.add(node);
    return [];
  }
}

const viewsOfWeights: ReadonlySet<string> = new Set([
  "Flatten",
  "Identity",
  "Reshape",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
]);

function startFacts(graph: Graph): MutableFacts {
  const count = graph.values.length;
  const facts: MutableFacts = {
    graph,
    types: new Array<ValueType | undefined>(count).fill(undefined),
    constants: new Map(),
    isConstant: new Array<boolean>(count).fill(false),
    bodies: new Map(),
  };
  for (let id = 0; id < count; id++) {
    const { weight, isVariable = false, declared } = graph.values[id] ?? {};
    if (isVariable) facts.types[id] = declared;
    if (weight === undefined) continue;
    facts.types[id] = weightType(weight);
    facts.isConstant[id] = true;
    const constant = constantOfWeight(weight);
    if (constant !== undefined) facts.constants.set(id, constant);
  }
  return facts;
}

/** A node without inputs makes a constant too, unless it draws random numbers. */
function dependsOnConstantsOnly(facts: MutableFacts, node: Node, reader: InferReader): boolean {
  for (const id of node.inputs) if (id !== absent && facts.isConstant[id] !== true) return false;
  for (const body of bodiesOf(node)) {
    for (const { outer } of body.captures) if (facts.isConstant[outer] !== true) return false;
    if (body.nodes.some((inner) => isRandomNode(inner) || bodiesOf(inner).length > 0)) return false;
  }
  return !isRandomNode(node, reader);
}

function isPossible(type: ValueType): boolean {
  return type.kind !== "tensor" || type.shape === undefined || type.shape.every(isPossibleDim);
}

function isPossibleDim(dim: Dim): boolean {
  return typeof dim !== "number" || (dim >= 0 && Number.isSafeInteger(dim));
}

function bodiesOf(node: Node): readonly Graph[] {
  if (node.attributes.size === 0) return noGraphs;
  let bodies: Graph[] | undefined;
  for (const attribute of node.attributes.values()) {
    if (attribute.kind === "graph") (bodies ??= []).push(attribute.value);
    else if (attribute.kind === "graphs") (bodies ??= []).push(...attribute.value);
  }
  return bodies ?? noGraphs;
}

function countNodes(root: Graph): number {
  const seen = new Set<Graph>();
  const pending = [root];
  let count = 0;
  for (let graph = pending.pop(); graph !== undefined; graph = pending.pop()) {
    if (seen.has(graph)) continue;
    seen.add(graph);
    count += graph.nodes.length;
    for (const node of graph.nodes) pending.push(...bodiesOf(node));
  }
  return count;
}

const noGraphs: readonly Graph[] = [];
const ignore = (): undefined => undefined;
