import { executionOrder } from "../../graph/execution-order.js";
import type { Graph, ValueId } from "../../graph/graph.js";
import {
  type Body,
  type GraphDraft,
  maker,
  type MissingValue,
  type NodeDraft,
} from "./graph-draft.js";
import type { Reading } from "./reading.js";
import type { ValueInfo } from "./value-type.js";

export type GraphRole = "main" | "body" | "function";

export interface SettledGraph {
  readonly graph: Graph;
  readonly missing: readonly MissingValue[];
  /** The graph's own list, to be filled by the graph around it. */
  readonly captures: Body["captures"];
  /** New position of each node of the file, when they were sorted. */
  readonly positions: Int32Array | undefined;
}

/** Everything that can be said once all of a graph was read: who makes what, in which order nodes run. */
export function settleGraph(reading: Reading, draft: GraphDraft, role: GraphRole): SettledGraph {
  const inputs = settleInputs(reading, draft, role);
  settleInitializers(reading, draft);
  for (const info of draft.valueInfos) declare(draft, draft.find(info.name), info);
  const outputs: ValueId[] = [];
  for (const info of draft.outputs) {
    if (info.name === "") continue;
    const id = draft.use(info.name);
    declare(draft, id, info);
    outputs.push(id);
  }
  const captured = settleCaptures(draft);
  const { order, cycles } = executionOrder(draft.nodes.length, (nodeIndex) =>
    neededNodes(draft, nodeIndex, captured),
  );
  const isFileOrder = order.every((fileIndex, position) => fileIndex === position);
  const positions = isFileOrder ? undefined : inverted(order);
  const nodes = isFileOrder
    ? draft.nodes
    : order.map((fileIndex) => draft.nodes[fileIndex]).filter(isDefined);
  if (cycles.length > 0) reportCycles(reading, draft.nodes, cycles, role);
  else if (!isFileOrder)
    reading.complaints.add(
      "RP1011",
      "information",
      "The file lists nodes before the nodes whose results they read; they are shown in the order in which they run.",
    );
  const captures: Body["captures"] = [];
  const graph: Graph = { name: draft.name, inputs, outputs, nodes, values: draft.values, captures };
  const missing = missingValues(draft, order, captured, outputs);
  return { graph, missing, captures, positions };
}

function settleInputs(reading: Reading, draft: GraphDraft, role: GraphRole): ValueId[] {
  const initialized = new Set(draft.initializers.map((tensor) => tensor.name));
  // Before IR version 4 every initializer had to be listed as an input too; later, one that is listed may be replaced
  // by the caller. Both count as constants, except in the body of a loop, whose inputs the loop always gives.
  const isLoopInput = role === "body" && (reading.irVersion ?? 4) >= 4;
  const inputs: ValueId[] = [];
  for (const [index, info] of draft.inputs.entries()) {
    if (initialized.has(info.name) && info.name !== "" && !isLoopInput) {
      declare(draft, draft.use(info.name), info);
      continue;
    }
    reading.complaints.enter("input", index);
    const id = claim(reading, draft, info.name, maker.input);
    reading.complaints.leave();
    declare(draft, id, info);
    inputs.push(id);
  }
  return inputs;
}

function settleInitializers(reading: Reading, draft: GraphDraft): void {
  for (const [index, tensor] of draft.initializers.entries()) {
    const known = draft.find(tensor.name);
    if (known !== undefined && draft.makers[known] === maker.input) continue;
    reading.complaints.enter("initializer", index);
    const isRepeated = known !== undefined && draft.makers[known] === maker.initializer;
    const id = claim(reading, draft, tensor.name, maker.initializer);
    reading.complaints.leave();
    const value = draft.values[id];
    if (value === undefined || isRepeated) continue;
    if (tensor.weight !== undefined) value.weight = tensor.weight;
    value.place = { kind: "bytes", offset: tensor.offset };
  }
}

/** The value of that name for an input or initializer; a node that makes the same name gets a value of its own. */
function claim(reading: Reading, draft: GraphDraft, name: string, madeBy: number): ValueId {
  if (name === "") {
    reading.complaints.add("RP1013", "warning", "An input or initializer has no name.");
    return draft.addUnnamed("", madeBy);
  }
  const id = draft.use(name);
  const present = draft.makers[id] ?? maker.none;
  if (present === maker.none) {
    draft.makers[id] = madeBy;
    return id;
  }
  reading.complaints.add(
    "RP1013",
    "error",
    `\`${name}\` is made twice; the input or initializer counts. Give each value a name of its own.`,
  );
  if (present < 0) return draft.addUnnamed(name, madeBy);
  const node = draft.nodes[present];
  if (node !== undefined)
    node.outputs = node.outputs.map((output) =>
      output === id ? draft.addUnnamed(name, present) : output,
    );
  draft.makers[id] = madeBy;
  return id;
}

function declare(draft: GraphDraft, id: ValueId | undefined, info: ValueInfo): void {
  const value = id === undefined ? undefined : draft.values[id];
  if (value === undefined || value.declared !== undefined || info.type === undefined) return;
  value.declared = info.type;
  if (info.offset !== undefined) value.place ??= { kind: "bytes", offset: info.offset };
}

/** Gives the bodies what they take from this graph; answers what each node needs for its bodies, by node. */
function settleCaptures(draft: GraphDraft): ReadonlyMap<number, readonly ValueId[]> {
  const captured = new Map<number, ValueId[]>();
  for (const body of draft.bodies) {
    for (const missing of body.missing) {
      const outer = draft.use(missing.name);
      body.captures.push({ inner: missing.id, outer });
      const list = captured.get(body.nodeIndex);
      if (list === undefined) captured.set(body.nodeIndex, [outer]);
      else list.push(outer);
    }
  }
  return captured;
}

/** The nodes that make what a node and its bodies read. */
function neededNodes(
  draft: GraphDraft,
  nodeIndex: number,
  captured: ReadonlyMap<number, readonly ValueId[]>,
): readonly number[] {
  const needed: number[] = [];
  const need = (id: ValueId): void => {
    const madeBy = draft.makers[id] ?? maker.none;
    if (madeBy >= 0) needed.push(madeBy);
  };
  draft.nodes[nodeIndex]?.inputs.forEach(need);
  captured.get(nodeIndex)?.forEach(need);
  return needed;
}

function reportCycles(
  reading: Reading,
  nodes: readonly NodeDraft[],
  cycles: readonly (readonly number[])[],
  role: GraphRole,
): void {
  const { complaints } = reading;
  for (const cycle of cycles) {
    const named = cycle.slice(0, 5).map((index) => nodeText(nodes[index], index));
    const rest = cycle.length - named.length;
    // Problems found so far carry the file's positions, as this one does; they are put right together.
    if (role === "main") complaints.nodeId = cycle[0] ?? -1;
    complaints.add(
      "RP1012",
      "error",
      `Nodes need each other's results in a circle and can never run: ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`,
    );
    complaints.nodeId = -1;
  }
}

export function nodeText(
  node: { readonly name: string; readonly op: string } | undefined,
  index: number,
): string {
  const op = node?.op ?? "";
  return node === undefined || node.name === ""
    ? `${op === "" ? "node" : op} number ${index}`
    : `\`${node.name}\`${op === "" ? "" : ` (${op})`}`;
}

function missingValues(
  draft: GraphDraft,
  order: readonly number[],
  captured: ReadonlyMap<number, readonly ValueId[]>,
  outputs: readonly ValueId[],
): MissingValue[] {
  const missing: MissingValue[] = [];
  const seen = new Set<ValueId>();
  const look = (id: ValueId, userId: number, userIndex: number): void => {
    if (draft.makers[id] !== maker.none || seen.has(id)) return;
    seen.add(id);
    missing.push({ name: draft.values[id]?.name ?? "", id, userId, userIndex });
  };
  order.forEach((fileIndex, position) => {
    for (const id of draft.nodes[fileIndex]?.inputs ?? []) look(id, position, fileIndex);
    for (const id of captured.get(fileIndex) ?? []) look(id, position, fileIndex);
  });
  for (const id of outputs) look(id, -1, -1);
  return missing;
}

function inverted(order: readonly number[]): Int32Array {
  const positions = new Int32Array(order.length);
  for (const [position, fileIndex] of order.entries()) positions[fileIndex] = position;
  return positions;
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
