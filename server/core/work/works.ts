import { throwIfCancelled, type Cancel } from "../base/cancel.js";
import type { Problem } from "../base/problem.js";
import type { NodeId } from "../graph/graph.js";
import type { InferredGraph } from "../graph/inferred.js";
import { WorkReader } from "../ops/context.js";
import { findRule } from "../ops/lookup.js";
import type { BodyWork, Work } from "../ops/rule.js";
import { dataflowOf, nodeSubject, type Dataflow } from "./dataflow.js";
import { declaredBytes } from "./value-bytes.js";

/** What each node of a graph takes, parallel to its nodes. */
export interface GraphWork {
  readonly flow: Dataflow;
  readonly works: readonly NodeWork[];
}

export type NodeWork =
  | { readonly kind: "known"; readonly work: Work }
  /** No rule for the operator. */
  | { readonly kind: "no-rule" }
  /** The rule needs shapes that are not known. */
  | { readonly kind: "no-shapes" }
  /** Computed once when the model is loaded, or looked up from extents: nothing at run time. */
  | { readonly kind: "folded" };

export function worksOf(
  inferred: InferredGraph,
  opsets: ReadonlyMap<string, number>,
  cancel: Cancel,
  report: (problem: Problem) => void,
): GraphWork {
  const flow = dataflowOf(inferred);
  const reader = new WorkReader(inferred, opsets, (caller, body) => {
    const found = inferred.bodies.get(caller.nodeId)?.find((inner) => inner.graph === body);
    return found === undefined ? undefined : sumOf(worksOf(found, opsets, cancel, report));
  });
  const works: NodeWork[] = [];
  for (let nodeId = 0; nodeId < flow.graph.nodes.length; nodeId++) {
    if (nodeId % cancelInterval === 0) throwIfCancelled(cancel);
    works.push(workOf(flow, reader, nodeId, report));
  }
  return { flow, works };
}

const cancelInterval = 1000;
const folded: NodeWork = { kind: "folded" };
const noRule: NodeWork = { kind: "no-rule" };
const noShapes: NodeWork = { kind: "no-shapes" };

function workOf(
  flow: Dataflow,
  reader: WorkReader,
  nodeId: NodeId,
  report: (problem: Problem) => void,
): NodeWork {
  if (flow.isFolded[nodeId] === 1) return folded;
  reader.moveTo(nodeId);
  const rule = findRule(reader.node.domain, reader.node.op);
  if (rule === undefined) return noRule;
  try {
    const work = rule.work(reader);
    return work === undefined || !isSane(work) ? noShapes : { kind: "known", work };
  } catch (error) {
    // A rule that breaks is our mistake; the other nodes still have their costs.
    report({
      code: "RP9001",
      severity: "error",
      message: `The rule of ${nodeSubject(flow.graph, nodeId)} broke: ${String(error)}. Please report this.`,
      nodeId,
    });
    return noShapes;
  }
}

/** Extents that overflow give infinities or NaN: such work is not known. */
function isSane(work: Work): boolean {
  return (
    Number.isFinite(work.macs) &&
    Number.isFinite(work.otherFlops) &&
    work.macs >= 0 &&
    work.otherFlops >= 0 &&
    Number.isFinite(work.readBytes ?? 0) &&
    Number.isFinite(work.writeBytes ?? 0) &&
    (work.readBytes ?? 0) >= 0 &&
    (work.writeBytes ?? 0) >= 0
  );
}

/** The work of one execution of a body; undefined while a node of it is not known. */
function sumOf({ flow, works }: GraphWork): BodyWork | undefined {
  let macs = 0;
  let otherFlops = 0;
  let readBytes = 0;
  let writeBytes = 0;
  for (const [nodeId, nodeWork] of works.entries()) {
    if (nodeWork.kind === "folded") continue;
    if (nodeWork.kind !== "known") return undefined;
    const traffic = trafficOf(flow, nodeId, nodeWork.work);
    if (traffic === undefined) return undefined;
    macs += nodeWork.work.macs;
    otherFlops += nodeWork.work.otherFlops;
    readBytes += traffic.readBytes;
    writeBytes += traffic.writeBytes;
  }
  return { macs, otherFlops, readBytes, writeBytes };
}

/** Bytes that one execution reads and writes in declared types, before any fusion. */
export function trafficOf(
  flow: Dataflow,
  nodeId: NodeId,
  work: Work,
): { readonly readBytes: number; readonly writeBytes: number } | undefined {
  const isView = work.kernel.kind === "view";
  const readBytes = work.readBytes ?? (isView ? 0 : sumBytes(flow, flow.inputs[nodeId]));
  const writeBytes = work.writeBytes ?? (isView ? 0 : sumBytes(flow, flow.outputs[nodeId]));
  return readBytes === undefined || writeBytes === undefined
    ? undefined
    : { readBytes, writeBytes };
}

/** Bytes of all of the values; undefined while one is not known. */
export function sumBytes(flow: Dataflow, ids: readonly number[] | undefined): number | undefined {
  let sum = 0;
  for (const id of ids ?? []) {
    const bytes = declaredBytes(flow, id);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}
