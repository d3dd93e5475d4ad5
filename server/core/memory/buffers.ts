import type { NodeId, ValueId } from "../graph/graph.js";
import type { Kernel } from "../lower/lowered.js";
import type { Buffer } from "./plan.js";

/** What is executed, in order, in the terms that live ranges need. Views are resolved before. */
export interface Schedule {
  readonly steps: readonly Step[];
  /** Alive before the first step. */
  readonly inputs: readonly ValueId[];
  /** Alive after the last step. */
  readonly outputs: readonly ValueId[];
  /** Bytes of a value; undefined while not known. */
  readonly bytesOf: (valueId: ValueId) => number | undefined;
  readonly valueCount: number;
}

export interface Step {
  readonly nodeId: NodeId;
  readonly reads: readonly ValueId[];
  readonly writes: readonly ValueId[];
  /** Bytes that the step needs for itself alone (bodies of control flow). */
  readonly scratchBytes?: number;
  /** The kernel that it is, where one is known. */
  readonly kernel?: Kernel;
}

/** Live ranges, or the value whose size is not known. */
export type Buffers =
  | { readonly kind: "known"; readonly buffers: readonly Buffer[] }
  | { readonly kind: "unknown"; readonly valueId: ValueId };

/**
 * A value lives from the step that writes it to the last that reads it. A graph input lives from step 0, an output to
 * the end; a value nobody reads lives for the step that writes it.
 */
export function buffersOf(schedule: Schedule): Buffers {
  const last = Math.max(0, schedule.steps.length - 1);
  const firstStep = new Int32Array(schedule.valueCount).fill(-1);
  const lastStep = new Int32Array(schedule.valueCount);
  const order: ValueId[] = [];
  const start = (valueId: ValueId, step: number): void => {
    if (valueId < 0 || firstStep[valueId] !== -1) return;
    firstStep[valueId] = step;
    lastStep[valueId] = step;
    order.push(valueId);
  };
  for (const valueId of schedule.inputs) start(valueId, 0);
  for (const [index, step] of schedule.steps.entries()) {
    // A value that nothing writes comes from outside (a captured value of a body): alive from the beginning.
    for (const valueId of step.reads) {
      start(valueId, 0);
      lastStep[valueId] = index;
    }
    for (const valueId of step.writes) start(valueId, index);
  }
  for (const valueId of schedule.outputs)
    if (valueId >= 0 && firstStep[valueId] !== -1) lastStep[valueId] = last;

  const buffers: Buffer[] = [];
  for (const valueId of order) {
    const bytes = schedule.bytesOf(valueId);
    if (bytes === undefined) return { kind: "unknown", valueId };
    if (bytes > 0)
      buffers.push({
        valueIds: [valueId],
        bytes,
        firstStep: firstStep[valueId] ?? 0,
        lastStep: lastStep[valueId] ?? 0,
      });
  }
  for (const [index, step] of schedule.steps.entries())
    if (step.scratchBytes !== undefined && step.scratchBytes > 0)
      buffers.push({
        valueIds: [],
        bytes: step.scratchBytes,
        isScratch: true,
        firstStep: index,
        lastStep: index,
      });
  return { kind: "known", buffers };
}
