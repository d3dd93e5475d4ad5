import type { ValueId } from "../../graph/graph.js";
import type { Schedule, Step } from "../buffers.js";
import type { ArenaPlan, MemoryPlan } from "../plan.js";

export interface InPlacePlan {
  /** Bytes of the smallest arena. */
  readonly size: number;
  /** Kernels that write over what they read. */
  readonly kernelCount: number;
}

/**
 * Kernels that go element by element write over an operand that nobody reads afterwards: the result needs no room of its
 * own. What the caller gave as an input is never overwritten.
 */
export function inPlacePlan(
  schedule: Schedule,
  plan: MemoryPlan,
  arenaOf: (schedule: Schedule) => ArenaPlan | undefined,
): InPlacePlan | undefined {
  if (schedule.steps.length > stepLimit) return undefined;
  const { steps, outputs, inputs, bytesOf } = schedule;
  const lastRead = new Map<ValueId, number>();
  for (const [index, { reads }] of steps.entries()) for (const id of reads) lastRead.set(id, index);
  for (const id of outputs) lastRead.set(id, steps.length);
  const isInput = new Set(inputs);
  /** Where the values of a finished kernel really are. */
  const placeOf = new Map<ValueId, ValueId>();
  const placed = (id: ValueId): ValueId => placeOf.get(id) ?? id;
  // A place is free once its last tenant has been read.
  const readUntil = new Map<ValueId, number>();
  const untilOf = (id: ValueId): number => readUntil.get(id) ?? lastRead.get(id) ?? -1;
  let kernelCount = 0;
  const changed = steps.map((step, index): Step => {
    const reads = step.reads.map(placed);
    const [written] = step.writes;
    const bytes = written === undefined ? undefined : bytesOf(written);
    if (
      step.writes.length !== 1 ||
      written === undefined ||
      bytes === undefined ||
      !elementwise.has(step.kernel?.shape.kind ?? "")
    )
      return { ...step, reads, writes: step.writes.map(placed) };
    const place = reads.find(
      (id) => !isInput.has(id) && untilOf(id) <= index && (bytesOf(id) ?? -1) >= bytes,
    );
    if (place === undefined) return { ...step, reads };
    kernelCount += 1;
    placeOf.set(written, place);
    readUntil.set(place, lastRead.get(written) ?? index);
    return { ...step, reads, writes: [place] };
  });
  if (kernelCount === 0) return undefined;
  const arena = arenaOf({ ...schedule, steps: changed, outputs: outputs.map(placed) });
  return arena === undefined || arena.size >= plan.best.size
    ? undefined
    : { size: arena.size, kernelCount };
}

const elementwise: ReadonlySet<string> = new Set(["elementwise", "softmax", "quantize"]);
const stepLimit = 20_000;
