import type { ValueId } from "../graph/graph.js";
import type { Schedule } from "./buffers.js";

/**
 * Activations that go off chip when a scratchpad is smaller than the arena. Inputs must be read and outputs written once
 * whatever its size: that is compulsory. The rest is the price of room: a tensor that is evicted while it is still needed
 * is written and read again. Tensors are kept whole; a step whose operands exceed the scratchpad streams what does not
 * fit. The problem is that of Li et al., "Combined Scheduling, Memory Allocation and Tensor Replacement for Minimizing
 * Off-Chip Data Accesses of DNN Accelerators" (COSMA, arXiv:2311.18246), for one order of execution, with replacement by
 * the furthest next use (Belady, 1966), beside the least recently used that a cache would evict.
 */
export interface ScratchpadPoint {
  readonly bytes: number;
  /** Bytes read and written beyond the compulsory ones. */
  readonly extraBytes: number;
  /** The same when the least recently used tensor is evicted. */
  readonly leastRecentlyUsedBytes: number;
}

export interface ScratchpadCurve {
  readonly compulsoryBytes: number;
  /** By falling size: the whole arena, then halves of it. */
  readonly points: readonly ScratchpadPoint[];
}

/** Undefined for graphs that are too large for the walk to be free, and for sizes that are not known. */
export function scratchpadCurve(
  schedule: Schedule,
  arenaBytes: number,
): ScratchpadCurve | undefined {
  const { steps, bytesOf } = schedule;
  if (steps.length > stepLimit || arenaBytes <= 0) return undefined;
  const walk = walkOf(schedule);
  const sizes = walk.operands.flat().map(({ id }) => bytesOf(id));
  if (sizes.some((bytes) => bytes === undefined)) return undefined;
  const sum = (ids: Iterable<ValueId>): number =>
    [...new Set(ids)].reduce((all, id) => all + (bytesOf(id) ?? 0), 0);
  const isRead = new Set(steps.flatMap(({ reads }) => reads));
  const compulsoryBytes =
    sum(schedule.inputs.filter((id) => isRead.has(id))) + sum(schedule.outputs);
  const points: ScratchpadPoint[] = [];
  for (let bytes = arenaBytes; points.length < pointCount && bytes >= leastScratchpad; bytes /= 2) {
    const size = Math.round(bytes);
    points.push({
      bytes: size,
      extraBytes: trafficOf(schedule, walk, size, "furthest-use") - compulsoryBytes,
      leastRecentlyUsedBytes: trafficOf(schedule, walk, size, "least-recent") - compulsoryBytes,
    });
  }
  return { compulsoryBytes, points };
}

const stepLimit = 1000;
const pointCount = 5;
const leastScratchpad = 256;

interface Operand {
  readonly id: ValueId;
  readonly isWritten: boolean;
}

interface Walk {
  readonly operands: readonly (readonly Operand[])[];
  /** Steps that use a value, in order. */
  readonly usesOf: ReadonlyMap<ValueId, readonly number[]>;
}

function walkOf({ steps }: Schedule): Walk {
  const usesOf = new Map<ValueId, number[]>();
  const operands = steps.map(({ reads, writes }, index) => {
    const made = new Set(writes.filter((id) => id >= 0));
    const read = new Set(reads.filter((id) => id >= 0 && !made.has(id)));
    for (const id of [...read, ...made]) {
      const uses = usesOf.get(id);
      if (uses === undefined) usesOf.set(id, [index]);
      else uses.push(index);
    }
    return [
      ...[...read].map((id): Operand => ({ id, isWritten: false })),
      ...[...made].map((id): Operand => ({ id, isWritten: true })),
    ];
  });
  return { operands, usesOf };
}

/** Bytes that cross the edge of the chip in one run. */
function trafficOf(
  { steps, outputs, bytesOf }: Schedule,
  { operands, usesOf }: Walk,
  capacity: number,
  policy: "furthest-use" | "least-recent",
): number {
  const isOutput = new Set(outputs);
  const bytes = (id: ValueId): number => bytesOf(id) ?? 0;
  /** Tensors on chip, with the step that used them last. */
  const resident = new Map<ValueId, number>();
  /** Tensors whose only copy is on chip. */
  const unsaved = new Set<ValueId>();
  let used = 0;
  let traffic = 0;
  const nextUse = (id: ValueId, after: number): number =>
    usesOf.get(id)?.find((step) => step > after) ?? Infinity;
  const drop = (id: ValueId): void => {
    if (resident.delete(id)) used -= bytes(id);
  };
  const evict = (step: number, needed: ReadonlySet<ValueId>): boolean => {
    let victim: ValueId | undefined;
    let worst = -Infinity;
    for (const [id, last] of resident) {
      if (needed.has(id)) continue;
      const rank = policy === "furthest-use" ? nextUse(id, step - 1) : -last;
      if (rank <= worst) continue;
      worst = rank;
      victim = id;
    }
    if (victim === undefined) return false;
    if (unsaved.delete(victim)) traffic += bytes(victim);
    drop(victim);
    return true;
  };
  for (const [step, { scratchBytes = 0 }] of steps.entries()) {
    const needed = new Set((operands[step] ?? []).map(({ id }) => id));
    for (const { id, isWritten } of operands[step] ?? []) {
      if (!resident.has(id)) {
        while (used + bytes(id) + scratchBytes > capacity && evict(step, needed));
        const fits = used + bytes(id) + scratchBytes <= capacity;
        if (!isWritten || !fits) traffic += bytes(id);
        if (fits) {
          used += bytes(id);
          if (isWritten) unsaved.add(id);
        }
        if (!fits) continue;
      } else if (isWritten) unsaved.add(id);
      resident.set(id, step);
    }
    for (const id of needed) {
      if (nextUse(id, step) < Infinity) continue;
      if (unsaved.delete(id) && isOutput.has(id)) traffic += bytes(id);
      drop(id);
    }
  }
  return traffic;
}
