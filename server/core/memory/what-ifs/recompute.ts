import type { NodeId, ValueId } from "../../graph/graph.js";
import type { Schedule, Step } from "../buffers.js";
import type { ArenaPlan, MemoryPlan } from "../plan.js";
import { peakOf } from "./peak.js";

export interface RecomputedPlan {
  /** Bytes of the smallest arena. */
  readonly size: number;
  /** Nodes whose kernels run twice, in the order in which they were found. */
  readonly repeatedNodeIds: readonly NodeId[];
  /** The nodes before which they run again. */
  readonly beforeNodeIds: readonly NodeId[];
}

/**
 * A tensor that waits over the peak is dropped after its last use before and made again when it is needed: rematerialization
 * (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost", for one inference). Greedy: the tensor whose second
 * making lowers the peak most, and again while there is one.
 */
export function recomputedPlan(
  schedule: Schedule,
  plan: MemoryPlan,
  arenaOf: (schedule: Schedule) => ArenaPlan | undefined,
): RecomputedPlan | undefined {
  if (schedule.steps.length > stepLimit) return undefined;
  let now = schedule;
  let peak = peakOf(now);
  const repeated: Step[] = [];
  const before: NodeId[] = [];
  while (peak !== undefined && repeated.length < repeatLimit) {
    let best: Candidate | undefined;
    for (const candidate of candidatesAt(now, peak.step)) {
      const found = peakOf(candidate.schedule);
      if (found !== undefined && found.bytes < (best?.bytes ?? peak.bytes))
        best = { ...candidate, bytes: found.bytes };
    }
    if (best === undefined) break;
    now = best.schedule;
    peak = peakOf(now);
    repeated.push(best.step);
    before.push(best.beforeNodeId);
  }
  if (repeated.length === 0) return undefined;
  const arena = arenaOf(now);
  if (arena === undefined || arena.size >= plan.best.size) return undefined;
  return {
    size: arena.size,
    repeatedNodeIds: repeated.map(({ nodeId }) => nodeId),
    beforeNodeIds: before,
  };
}

const stepLimit = 1500;
const repeatLimit = 4;
/** Tensors looked at for one peak, the largest. */
const candidateLimit = 12;

interface Candidate {
  readonly schedule: Schedule;
  readonly step: Step;
  readonly beforeNodeId: NodeId;
  readonly bytes: number;
}

/** The schedule with one tensor that waits over the step made again behind it. */
function candidatesAt(schedule: Schedule, peakStep: number): readonly Candidate[] {
  const { steps, bytesOf } = schedule;
  const usesOf = new Map<ValueId, number[]>();
  const writerOf = new Map<ValueId, number>();
  for (const [index, { reads, writes }] of steps.entries()) {
    for (const id of writes) if (!writerOf.has(id)) writerOf.set(id, index);
    for (const id of reads) {
      const uses = usesOf.get(id);
      if (uses === undefined) usesOf.set(id, [index]);
      else uses.push(index);
    }
  }
  const atPeak = steps[peakStep];
  const waiting = [...writerOf]
    .filter(([id, writer]) => {
      const uses = usesOf.get(id) ?? [];
      return (
        writer < peakStep &&
        uses.some((use) => use > peakStep) &&
        atPeak?.reads.includes(id) !== true &&
        atPeak?.writes.includes(id) !== true &&
        steps[writer]?.writes.length === 1
      );
    })
    .sort(([a], [b]) => (bytesOf(b) ?? 0) - (bytesOf(a) ?? 0))
    .slice(0, candidateLimit);
  return waiting.flatMap(([id, writer]): Candidate[] => {
    const step = steps[writer];
    const next = (usesOf.get(id) ?? []).find((use) => use > peakStep);
    if (step === undefined || next === undefined) return [];
    // The second making is a value of its own; its bytes are those of the first.
    const copy = schedule.valueCount;
    const later = steps.slice(next).map((other) => ({
      ...other,
      reads: other.reads.map((read) => (read === id ? copy : read)),
    }));
    return [
      {
        schedule: {
          ...schedule,
          valueCount: copy + 1,
          steps: [...steps.slice(0, next), { ...step, writes: [copy] }, ...later],
          outputs: schedule.outputs.map((output) => (output === id ? copy : output)),
          bytesOf: (value) => bytesOf(value === copy ? id : value),
        },
        step,
        beforeNodeId: steps[next]?.nodeId ?? -1,
        bytes: Infinity,
      },
    ];
  });
}
