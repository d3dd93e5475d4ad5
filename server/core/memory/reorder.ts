import type { ValueId } from "../graph/graph.js";
import type { Schedule } from "./buffers.js";

/**
 * An execution order in which less is alive at once, or undefined where none is found. A beam search over the orders
 * that the data allows: of the partial orders that have run equally many steps, the few with the lowest peaks go on.
 * It is exact where no more than `beamWidth` sets of finished steps are possible at any length, as in a chain with
 * branches; the general problem is NP-hard.
 */
export function reorderSteps(schedule: Schedule): readonly number[] | undefined {
  const { steps } = schedule;
  if (steps.length < 3 || steps.length > stepLimit) return undefined;
  const problem = problemOf(schedule);
  if (problem === undefined) return undefined;
  let beam: readonly State[] = [firstState(problem)];
  for (let length = 0; length < steps.length; length++) {
    const next = new Map<number, State>();
    for (const state of beam)
      for (const index of state.ready) {
        const peak = Math.max(state.peak, state.live + (problem.needs[index] ?? 0));
        const key = state.key + (problem.keys[index] ?? 0);
        const known = next.get(key);
        if (known !== undefined && known.peak <= peak) continue;
        next.set(key, { ...state, key, peak, parent: state, added: index });
      }
    beam = [...next.values()]
      .sort((a, b) => a.peak - b.peak || nextLive(problem, a) - nextLive(problem, b))
      .slice(0, beamWidth)
      .map((state) => advance(problem, state));
    if (beam.length === 0) return undefined; // A cycle through bodies; the order given is the only one known.
  }
  const [best] = beam;
  if (best === undefined || best.peak >= peakOfOrder(problem, steps.length)) return undefined;
  const order: number[] = [];
  for (let state: State | undefined = best; state?.parent !== undefined; state = state.parent)
    order.push(state.added);
  return order.reverse();
}

export function inOrder(schedule: Schedule, order: readonly number[]): Schedule {
  return { ...schedule, steps: order.flatMap((index) => schedule.steps[index] ?? []) };
}

const beamWidth = 12;
/** Beyond this a search would take longer than the rest of an analysis. */
const stepLimit = 600;

/** The schedule with values renumbered, so that a state is a few short arrays. */
interface Problem {
  readonly bytes: readonly number[];
  /** Values that a step reads, each once. */
  readonly reads: readonly (readonly number[])[];
  readonly writes: readonly (readonly number[])[];
  /** Bytes that become alive for a step beside those alive before it. */
  readonly needs: readonly number[];
  readonly readersOf: readonly (readonly number[])[];
  /** Reads that are left of each value; one more for an output, which never dies. */
  readonly uses: Int16Array;
  /** Writes that each step waits for. */
  readonly waits: Int16Array;
  readonly keys: readonly number[];
  readonly inputBytes: number;
}

interface State {
  /** Sum of the numbers of the steps that have run: equal sets have equal keys. */
  readonly key: number;
  readonly peak: number;
  readonly live: number;
  readonly uses: Int16Array;
  readonly waits: Int16Array;
  readonly ready: readonly number[];
  readonly parent: State | undefined;
  readonly added: number;
}

function problemOf({ steps, inputs, outputs, bytesOf }: Schedule): Problem | undefined {
  const idOf = new Map<ValueId, number>();
  const bytes: number[] = [];
  const number = (valueId: ValueId): number => {
    let id = idOf.get(valueId);
    if (id === undefined) {
      id = bytes.length;
      idOf.set(valueId, id);
      bytes.push(bytesOf(valueId) ?? NaN);
    }
    return id;
  };
  const outside = new Set(inputs.filter((id) => id >= 0).map(number));
  const reads = steps.map((step) => [...new Set(step.reads.filter((id) => id >= 0).map(number))]);
  const writer = new Map<number, number>();
  const writes = steps.map((step, index) => {
    const made = [...new Set(step.writes.filter((id) => id >= 0).map(number))];
    return made.filter((id) => {
      // Storage that is written again (a view of an input, say) is there already.
      if (writer.has(id) || outside.has(id)) return false;
      writer.set(id, index);
      return true;
    });
  });
  const uses = new Int16Array(bytes.length);
  const waits = new Int16Array(steps.length);
  const readersOf = bytes.map((): number[] => []);
  for (const [index, values] of reads.entries())
    for (const id of values) {
      uses[id] = (uses[id] ?? 0) + 1;
      const made = writer.get(id);
      if (made === undefined) outside.add(id);
      else if (made !== index) {
        waits[index] = (waits[index] ?? 0) + 1;
        readersOf[id]?.push(index);
      }
    }
  for (const id of outputs) if (id >= 0) uses[number(id)] = (uses[number(id)] ?? 0) + 1;
  if (uses.length !== bytes.length || bytes.some(Number.isNaN)) return undefined;
  const sum = (ids: readonly number[]): number =>
    ids.reduce((all, id) => all + (bytes[id] ?? 0), 0);
  return {
    bytes,
    reads,
    writes,
    needs: steps.map((step, index) => sum(writes[index] ?? []) + (step.scratchBytes ?? 0)),
    readersOf,
    uses,
    waits,
    keys: steps.map((_, index) => scrambled(index + 1)),
    inputBytes: sum([...outside]),
  };
}

/** Sums of these tell sets apart (Zobrist's hashing, with sums): the mixing step of MurmurHash3. */
function scrambled(index: number): number {
  let bits = Math.imul(index, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function firstState({ uses, waits, inputBytes }: Problem): State {
  const ready = [...waits.keys()].filter((index) => waits[index] === 0);
  return { key: 0, peak: 0, live: inputBytes, uses, waits, ready, parent: undefined, added: -1 };
}

/** Bytes that are alive once the step that was added has run. */
function nextLive({ bytes, reads, writes }: Problem, { live, uses, added }: State): number {
  let after = live;
  for (const id of writes[added] ?? []) if ((uses[id] ?? 0) > 0) after += bytes[id] ?? 0;
  for (const id of reads[added] ?? []) if (uses[id] === 1) after -= bytes[id] ?? 0;
  return after;
}

function advance(problem: Problem, state: State): State {
  const { added } = state;
  const uses = state.uses.slice();
  const waits = state.waits.slice();
  for (const id of problem.reads[added] ?? []) uses[id] = (uses[id] ?? 0) - 1;
  const ready = state.ready.filter((index) => index !== added);
  for (const id of problem.writes[added] ?? [])
    for (const reader of problem.readersOf[id] ?? []) {
      waits[reader] = (waits[reader] ?? 0) - 1;
      if (waits[reader] === 0) ready.push(reader);
    }
  return { ...state, live: nextLive(problem, state), uses, waits, ready };
}

/** What is alive at most in the order given. */
function peakOfOrder(problem: Problem, stepCount: number): number {
  let state = firstState(problem);
  let peak = 0;
  for (let index = 0; index < stepCount; index++) {
    peak = Math.max(peak, state.live + (problem.needs[index] ?? 0));
    state = advance(problem, { ...state, added: index });
  }
  return peak;
}
