import type { InferredGraph } from "../graph/inferred.js";
import { isKnown } from "../graph/dim.js";
import { namedSymbols, isAnonymous } from "../graph/declared-type.js";
import { absent, operatorKey, type Graph, type NodeId } from "../graph/graph.js";
import { byteCount, type Shape, type ValueType } from "../graph/value-type.js";
import { WorkReader } from "./context.js";
import { findRule } from "./lookup.js";
import type { BodyWork, Work } from "./rule.js";

/** What one execution of a node takes, with every byte count filled in; or why that cannot be told. */
export type NodeWork =
  | {
      readonly kind: "known";
      readonly work: Work;
      readonly readBytes: number;
      readonly writeBytes: number;
    }
  | { readonly kind: "unknown"; readonly reason: string };

/** Answers for the work of each node of one graph. `opsets` are the model's. */
export function meterOf(
  inferred: InferredGraph,
  opsets: ReadonlyMap<string, number>,
): (nodeId: NodeId) => NodeWork {
  const reader = new WorkReader(inferred, opsets, (caller, body) =>
    bodyWork(inferred, opsets, caller.nodeId, body),
  );
  return (nodeId) => {
    reader.moveTo(nodeId);
    return measure(inferred, reader);
  };
}

function measure(inferred: InferredGraph, reader: WorkReader): NodeWork {
  const { node } = reader;
  const rule = findRule(node.domain, node.op);
  if (rule === undefined)
    return notKnown(`Ridgepoint has no rule for \`${operatorKey(node.domain, node.op)}\`.`);
  let work: Work | undefined;
  try {
    work = rule.work(reader);
  } catch (error) {
    return notKnown(`The rule of ${node.op} broke: ${String(error)}. Please report this.`);
  }
  if (work === undefined) return notKnown(reasonFor(reader));
  const readBytes = work.readBytes ?? bytesOf(inferred, node.inputs);
  const writeBytes = work.writeBytes ?? bytesOf(inferred, node.outputs);
  if (readBytes === undefined || writeBytes === undefined) return notKnown(reasonFor(reader));
  const sum = work.macs + work.otherFlops + readBytes + writeBytes;
  if (!Number.isFinite(sum)) return notKnown("Its extents are too large to count.");
  return { kind: "known", work, readBytes, writeBytes };
}

function notKnown(reason: string): NodeWork {
  return { kind: "unknown", reason };
}

/** Bytes of distinct values: an operand given twice is read once. */
function bytesOf(inferred: InferredGraph, ids: readonly number[]): number | undefined {
  let sum = 0;
  for (const [index, id] of ids.entries()) {
    if (id === absent || ids.indexOf(id) < index) continue;
    const weight = inferred.graph.values[id]?.weight;
    const bytes = weight === undefined ? byteCount(inferred.types[id]) : weight.byteLength;
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

function bodyWork(
  inferred: InferredGraph,
  opsets: ReadonlyMap<string, number>,
  nodeId: NodeId,
  body: Graph,
): BodyWork | undefined {
  const inner = inferred.bodies.get(nodeId)?.find((candidate) => candidate.graph === body);
  if (inner === undefined) return undefined;
  const meter = meterOf(inner, opsets);
  const sum = { macs: 0, otherFlops: 0, readBytes: 0, writeBytes: 0 };
  for (const [id, node] of body.nodes.entries()) {
    // What depends on constants alone is computed once, when the model is loaded.
    if (node.outputs.every((output) => output === absent || inner.isConstant[output] === true))
      continue;
    const result = meter(id);
    if (result.kind === "unknown") return undefined;
    sum.macs += result.work.macs;
    sum.otherFlops += result.work.otherFlops;
    sum.readBytes += result.readBytes;
    sum.writeBytes += result.writeBytes;
  }
  return sum;
}

/** The first thing that stands between this node and a number, said so that the user can act on it. */
function reasonFor(reader: WorkReader): string {
  const symbols = new Set<string>();
  let isDataDependent = false;
  let isUnknown = false;
  const types = [
    ...reader.node.inputs.map((id) => (id === absent ? noType : reader.facts.types[id])),
    ...reader.node.outputs.map((id) => (id === absent ? noType : reader.facts.types[id])),
  ];
  for (const type of types) {
    if (type === noType) continue;
    namedSymbols(type, symbols);
    const shape = shapeOf(type);
    if (type === undefined || (type.kind === "tensor" && shape === undefined)) isUnknown = true;
    else if (shape?.some((dim) => !isKnown(dim) && isAnonymous(dim))) isDataDependent = true;
  }
  if (symbols.size > 0) {
    const names = [...symbols].map((name) => `\`${name}\``).join(", ");
    return `Its shape depends on ${names}; give ${symbols.size === 1 ? "it a value" : "them values"}.`;
  }
  if (isUnknown) return "A shape is not known.";
  if (isDataDependent) return "A shape depends on the data.";
  return "Its work depends on the data.";
}

function shapeOf(type: ValueType | undefined): Shape | undefined {
  return type?.kind === "tensor" || type?.kind === "sparse" ? type.shape : undefined;
}

const noType: ValueType = { kind: "tensor", elementType: undefined, shape: [] };
