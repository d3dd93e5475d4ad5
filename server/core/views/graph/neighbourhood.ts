import { readersOf, type Dataflow } from "../../work/dataflow.js";
import type { GraphFocus } from "./scene.js";

/** More than this is no neighbourhood any more. */
const nodeLimit = 600;

/** Nodes within a number of edges of one, in execution order; nearer ones first when there are too many. */
export function neighbourhood(flow: Dataflow, { nodeId, radius }: GraphFocus): readonly number[] {
  const found = new Set([nodeId]);
  let ring: readonly number[] = [nodeId];
  for (let distance = 0; distance < radius && found.size < nodeLimit; distance++) {
    const next: number[] = [];
    const reach = (other: number): void => {
      if (other < 0 || found.has(other) || flow.isFolded[other] === 1 || found.size >= nodeLimit)
        return;
      found.add(other);
      next.push(other);
    };
    for (const at of ring) {
      for (const value of flow.inputs[at] ?? []) reach(flow.producer[value] ?? -1);
      for (const value of flow.outputs[at] ?? [])
        for (const reader of readersOf(flow, value)) reach(reader);
    }
    ring = next;
  }
  return [...found].sort((a, b) => a - b);
}
