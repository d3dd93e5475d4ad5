import type { Problem, Report } from "../base/problem.js";
import { executionOrder } from "./execution-order.js";
import {
  absent,
  type Attribute,
  type Graph,
  type Node,
  type Value,
  type ValueId,
  type Weight,
} from "./graph.js";
import { type RawAttribute, type RawGraph, type RawNode, textPlace } from "./raw-graph.js";
import type { ValueType } from "./value-type.js";

/** A graph whose names are resolved, and where each part of the raw graph went. */
export interface AssembledGraph {
  readonly graph: Graph;
  /** Index in `raw.nodes` by node id. */
  readonly order: readonly number[];
  /** Parallel to the lists of the same name in the raw graph; `absent` where no value has that name. */
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly initializers: readonly ValueId[];
  readonly valueInfos: readonly ValueId[];
  readonly unreadable: readonly ValueId[];
}

export type Assembly = ReadonlyMap<RawGraph, AssembledGraph>;

/**
 * Resolves names to values, links the bodies of If, Loop and Scan to the graphs around them, and sorts nodes into
 * execution order. What cannot be resolved is reported and stays as a value that nothing makes: RP1050 missing value,
 * RP1051 name defined twice, RP1052 cycle. The result has an entry for `raw` and for every body within it.
 *
 * A graph input with an initializer of the same name is a constant with a default (IR versions before 4 list all
 * weights among the inputs); it is left out of the outermost graph's `inputs`, where it would look like data to feed.
 */
export function assembleGraph(raw: RawGraph, report: Report): Assembly {
  const assembly = new Map<RawGraph, AssembledGraph>();
  assemble(raw, undefined, assembly, limited(report));
  return assembly;
}

/** A broken file may have as many complaints as nodes; a person reads the first. */
const problemLimit = 200;

function limited(report: Report): Report {
  let count = 0;
  return (problem) => {
    count += 1;
    if (count <= problemLimit) report(problem);
  };
}

interface MutableValue {
  name: string;
  declared?: ValueType;
  weight?: Weight;
  place?: NonNullable<Value["place"]>;
}

/** The names of one graph while it is assembled, chained to those of the graph around it. */
interface Scope {
  readonly outer: Scope | undefined;
  readonly values: MutableValue[];
  readonly idByName: Map<string, ValueId>;
  readonly captures: { inner: ValueId; outer: ValueId }[];
}

function assemble(
  raw: RawGraph,
  outer: Scope | undefined,
  assembly: Map<RawGraph, AssembledGraph>,
  report: Report,
): AssembledGraph {
  const scope: Scope = { outer, values: [], idByName: new Map(), captures: [] };
  const inputs = raw.inputs.map((input) => {
    if (scope.idByName.has(input.name))
      report(duplicate(`Input \`${input.name}\` of graph \`${raw.name}\``, input.place));
    return define(scope, { ...input, declared: input.declared });
  });
  const initializers = raw.initializers.map(({ name, weight, place }) => {
    const existing = scope.values[scope.idByName.get(name) ?? absent];
    if (existing?.weight !== undefined)
      report(duplicate(`Initializer \`${name}\` of graph \`${raw.name}\``, place));
    if (existing === undefined) return define(scope, { name, weight, place });
    existing.weight ??= weight;
    return scope.idByName.get(name) ?? absent;
  });
  const nodeOutputs = raw.nodes.map((node) => defineOutputs(scope, node, report));
  const unreadable = (raw.unreadable ?? []).map(
    (value) => scope.idByName.get(value.name) ?? define(scope, value),
  );
  const valueInfos = raw.valueInfos.map((info) => declare(scope, info.name, info.declared));

  const problems: { problem: Problem; nodeIndex: number }[] = [];
  const nodeInputs = raw.nodes.map((node, nodeIndex) =>
    node.inputs.map((name, index) => {
      const id = name === "" ? absent : resolve(scope, name);
      if (id !== undefined) return id;
      const place = textPlace(node.inputSpans?.[index]) ?? node.place;
      problems.push({
        nodeIndex,
        problem: missing(`Input \`${name}\` of ${nodeText(node)}`, place),
      });
      return define(scope, { name });
    }),
  );
  const outputs = raw.outputs.map((output) => {
    const id = resolve(scope, output.name);
    if (id !== undefined) {
      declare(scope, output.name, output.declared);
      return id;
    }
    report(missing(`Output \`${output.name}\` of graph \`${raw.name}\``, output.place));
    return define(scope, output);
  });

  const bodyCaptures: (readonly ValueId[])[] = [];
  const attributes = raw.nodes.map((node, nodeIndex) => {
    const captured: ValueId[] = [];
    const resolved = resolveAttributes(node.attributes, (body) => {
      const { graph } = assemble(body, scope, assembly, report);
      for (const capture of graph.captures) captured.push(capture.outer);
      return graph;
    });
    if (captured.length > 0) bodyCaptures[nodeIndex] = captured;
    return resolved;
  });

  const { order, nodeIdByIndex } = sort(raw, {
    valueCount: scope.values.length,
    nodeInputs,
    nodeOutputs,
    bodyCaptures,
    report,
  });
  for (const { problem, nodeIndex } of problems)
    report(outer === undefined ? { ...problem, nodeId: nodeIdByIndex[nodeIndex] ?? 0 } : problem);

  const graph: Graph = {
    name: raw.name,
    inputs:
      outer === undefined ? inputs.filter((id) => scope.values[id]?.weight === undefined) : inputs,
    outputs,
    nodes: order.flatMap((index) => {
      const node = raw.nodes[index];
      const resolved = attributes[index];
      if (node === undefined || resolved === undefined) return [];
      return finish(node, nodeInputs[index] ?? [], nodeOutputs[index] ?? [], resolved);
    }),
    values: scope.values,
    captures: scope.captures,
    ...(raw.place !== undefined && { place: raw.place }),
  };
  const assembled = { graph, order, inputs, outputs, initializers, valueInfos, unreadable };
  assembly.set(raw, assembled);
  return assembled;
}

function define(
  scope: Scope,
  value: {
    readonly name: string;
    readonly declared?: ValueType | undefined;
    readonly weight?: Weight;
    readonly place?: Value["place"] | undefined;
  },
): ValueId {
  const { name, declared, weight, place } = value;
  const id = scope.values.length;
  scope.values.push({
    name,
    ...(declared !== undefined && { declared }),
    ...(weight !== undefined && { weight }),
    ...(place !== undefined && { place }),
  });
  // The first definition of a name keeps it.
  if (!scope.idByName.has(name)) scope.idByName.set(name, id);
  return id;
}

function defineOutputs(scope: Scope, node: RawNode, report: Report): readonly ValueId[] {
  return node.outputs.map((name, index) => {
    if (name === "") return absent;
    const place = textPlace(node.outputSpans?.[index]);
    if (scope.idByName.has(name))
      report(duplicate(`Output \`${name}\` of ${nodeText(node)}`, place ?? node.place));
    return define(scope, { name, place });
  });
}

function declare(scope: Scope, name: string, declared: ValueType | undefined): ValueId {
  const id = scope.idByName.get(name) ?? absent;
  const value = scope.values[id];
  if (value !== undefined && declared !== undefined) value.declared ??= declared;
  return id;
}

/** The value of that name here, or a capture of one in a graph further out. */
function resolve(scope: Scope, name: string): ValueId | undefined {
  const own = scope.idByName.get(name);
  if (own !== undefined || scope.outer === undefined) return own;
  const outer = resolve(scope.outer, name);
  if (outer === undefined) return undefined;
  const inner = define(scope, { name });
  scope.captures.push({ inner, outer });
  return inner;
}

function resolveAttributes(
  attributes: ReadonlyMap<string, RawAttribute>,
  assembleBody: (body: RawGraph) => Graph,
): Node["attributes"] {
  let hasBody = false;
  for (const attribute of attributes.values())
    if (attribute.kind === "raw-graph" || attribute.kind === "raw-graphs") hasBody = true;
  if (!hasBody) return attributes as Node["attributes"];
  const resolved = new Map<string, Attribute>();
  for (const [name, attribute] of attributes)
    if (attribute.kind === "raw-graph")
      resolved.set(name, { kind: "graph", value: assembleBody(attribute.value) });
    else if (attribute.kind === "raw-graphs")
      resolved.set(name, { kind: "graphs", value: attribute.value.map(assembleBody) });
    else resolved.set(name, attribute);
  return resolved;
}

function sort(
  raw: RawGraph,
  edges: {
    readonly valueCount: number;
    readonly nodeInputs: readonly (readonly ValueId[])[];
    readonly nodeOutputs: readonly (readonly ValueId[])[];
    /** By node: values that its bodies read. Sparse. */
    readonly bodyCaptures: readonly (readonly ValueId[])[];
    readonly report: Report;
  },
): { readonly order: readonly number[]; readonly nodeIdByIndex: readonly number[] } {
  const makerByValue = new Int32Array(edges.valueCount).fill(-1);
  edges.nodeOutputs.forEach((outputs, nodeIndex) => {
    for (const id of outputs) if (id !== absent) makerByValue[id] = nodeIndex;
  });
  const { order, cycles } = executionOrder(raw.nodes.length, (nodeIndex) => {
    const makers: number[] = [];
    for (const list of [edges.nodeInputs[nodeIndex], edges.bodyCaptures[nodeIndex]])
      for (const id of list ?? []) {
        const maker = id === absent ? -1 : (makerByValue[id] ?? -1);
        if (maker !== -1) makers.push(maker);
      }
    return makers;
  });
  for (const cycle of cycles) {
    const nodes = cycle.slice(0, 6).map((index) => nodeText(raw.nodes[index]));
    const place = raw.nodes[cycle[0] ?? 0]?.place;
    edges.report({
      code: "RP1052",
      severity: "error",
      message: `These nodes of graph \`${raw.name}\` wait for one another: ${nodes.join(" → ")}${cycle.length > 6 ? " → …" : ""} → back to the first; break the cycle.`,
      ...(place !== undefined && { place }),
    });
  }
  const nodeIdByIndex: number[] = [];
  order.forEach((index, nodeId) => (nodeIdByIndex[index] = nodeId));
  return { order, nodeIdByIndex };
}

function finish(
  node: RawNode,
  inputs: readonly ValueId[],
  outputs: readonly ValueId[],
  attributes: Node["attributes"],
): Node {
  return {
    name: node.name,
    op: node.op,
    domain: node.domain,
    ...(node.sourceOp !== undefined && { sourceOp: node.sourceOp }),
    inputs,
    outputs,
    attributes,
    scope: node.scope,
    ...(node.metadata !== undefined && { metadata: node.metadata }),
    ...(node.place !== undefined && { place: node.place }),
    ...(node.overload !== undefined && node.overload !== "" && { overload: node.overload }),
  };
}

function nodeText(node: RawNode | undefined): string {
  if (node === undefined) return "a node";
  const name = node.name === "" ? node.outputs.find((output) => output !== "") : node.name;
  return name === undefined ? node.op : `${node.op} \`${name}\``;
}

function missing(subject: string, place: Problem["place"]): Problem {
  const message = `${subject} is not made by anything: name an input, a weight or the output of a node.`;
  return { code: "RP1050", severity: "error", message, ...(place !== undefined && { place }) };
}

function duplicate(subject: string, place: Problem["place"]): Problem {
  const message = `${subject} has a name that is taken already; the first one keeps it, so rename this one.`;
  return { code: "RP1051", severity: "error", message, ...(place !== undefined && { place }) };
}
