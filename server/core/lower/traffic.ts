import type { NodeId, ValueId } from "../graph/graph.js";
import type { Work } from "../ops/rule.js";
import { readersOf } from "../work/dataflow.js";
import { sumBytes } from "../work/works.js";
import { sourceOf, viewsOf, workOf, type Draft } from "./draft.js";
import type { TargetBytes } from "./target-bytes.js";

/** What crosses the border of a kernel. */
export type Traffic =
  | {
      readonly kind: "known";
      readonly readBytes: number;
      readonly weightReadBytes: number;
      readonly writeBytes: number;
      /** Conversions of operands to the width that the kernel reads, and their bytes in and out. */
      readonly castBytes: number;
      readonly castCount: number;
      /** Activations read, each once, views resolved; those of which only the extents are read included. */
      readonly reads: readonly ValueId[];
      readonly writes: readonly ValueId[];
    }
  | { readonly kind: "unknown"; readonly valueId: ValueId };

/**
 * Counts each value once, and nothing that stays inside. A rule that reads less or more than its whole inputs (rows of
 * a table, the rounds of a loop) scales its inputs' bytes by that ratio.
 */
export class TrafficMeter {
  readonly #draft: Draft;
  readonly #bytes: TargetBytes;
  /** Kernel, by number, that made or read a value last: sets without making sets. */
  readonly #madeIn: Int32Array;
  readonly #readIn: Int32Array;
  /** Bytes counted for a value in the kernel that `#readIn` names. */
  readonly #countedBytes: Float64Array;
  #kernelNumber = 0;

  constructor(draft: Draft, bytes: TargetBytes) {
    const valueCount = draft.flow.graph.values.length;
    this.#draft = draft;
    this.#bytes = bytes;
    this.#madeIn = new Int32Array(valueCount);
    this.#readIn = new Int32Array(valueCount);
    this.#countedBytes = new Float64Array(valueCount);
  }

  measure(members: readonly NodeId[]): Traffic {
    const { flow, isAbsorbed } = this.#draft;
    this.#kernelNumber += 1;
    for (const nodeId of members)
      for (const id of flow.outputs[nodeId] ?? []) this.#madeIn[id] = this.#kernelNumber;
    let readBytes = 0;
    let weightReadBytes = 0;
    let writeBytes = 0;
    let castBytes = 0;
    let castCount = 0;
    const reads: ValueId[] = [];
    const writes: ValueId[] = [];
    for (const nodeId of members) {
      const work = workOf(this.#draft, nodeId);
      if (work === undefined) continue;
      const isCopy = this.#draft.layouts?.copies.has(nodeId) === true;
      const isMerged = isAbsorbed[nodeId] === 1 && members.length > 1;
      if (!isMerged) {
        const scale = isCopy
          ? 1
          : scaleOf(work.readBytes, work, () => sumBytes(flow, flow.inputs[nodeId]));
        if (scale === undefined) readBytes += work.readBytes ?? 0;
        for (const id of flow.inputs[nodeId] ?? []) {
          const source = sourceOf(this.#draft, id);
          if (this.#isMadeInside(source) || this.#isMadeInside(id)) continue;
          const isConstant = flow.inferred.isConstant[source] === true;
          if (this.#readIn[source] !== this.#kernelNumber) {
            this.#readIn[source] = this.#kernelNumber;
            this.#countedBytes[source] = 0;
            if (!isConstant) reads.push(source);
          }
          if (scale === undefined || scale === 0) continue;
          const stored = this.#bytes.of(source);
          if (stored === undefined) return { kind: "unknown", valueId: source };
          const factor = this.#readFactor(nodeId, source, isConstant);
          const size = stored * factor;
          const more = size * scale - (this.#countedBytes[source] ?? 0);
          if (more <= 0) continue;
          this.#countedBytes[source] = size * scale;
          readBytes += more;
          if (this.#packs(nodeId, id)) {
            castBytes += 2 * more;
            castCount += 1;
          }
          if (factor !== 1) {
            castBytes += stored * scale + more;
            castCount += 1;
          }
          if (isConstant) weightReadBytes += more;
        }
      }
      const scale =
        isMerged || isCopy
          ? 1
          : scaleOf(work.writeBytes, work, () => sumBytes(flow, flow.outputs[nodeId]));
      if (scale === undefined) writeBytes += work.writeBytes ?? 0;
      const outputs = flow.outputs[nodeId] ?? [];
      const isLast = nodeId === members[members.length - 1];
      for (let index = 0; index < outputs.length; index++) {
        const id = outputs[index] ?? -1;
        if (!(isLast && index === 0) && !this.#leaves(members, id)) continue;
        writes.push(id);
        if (scale === undefined || scale === 0) continue;
        const size = this.#bytes.of(id);
        if (size === undefined) return { kind: "unknown", valueId: id };
        writeBytes += size * scale;
      }
    }
    return {
      kind: "known",
      readBytes,
      weightReadBytes,
      writeBytes,
      castBytes,
      castCount,
      reads,
      writes,
    };
  }

  /**
   * Width in which a node reads an operand under autocast over the width in which that is stored; 1 where nothing is
   * converted. A compiler converts activations where they are made, so only weights are left.
   */
  #readFactor(nodeId: NodeId, source: ValueId, isConstant: boolean): number {
    const { autocast } = this.#draft;
    const wanted = autocast?.readBits(nodeId);
    const bits = autocast?.bits[source] ?? 0;
    if (autocast === undefined || wanted === undefined || bits === 0 || bits === wanted) return 1;
    if (autocast.isFused && !isConstant) return 1;
    return wanted / bits;
  }

  /** True when a node copies an operand to where it can be read packed. */
  #packs(nodeId: NodeId, id: ValueId): boolean {
    const { layouts } = this.#draft;
    return layouts?.isFused === false && layouts.packs.get(nodeId)?.includes(id) === true;
  }

  #isMadeInside(id: ValueId): boolean {
    return this.#madeIn[id] === this.#kernelNumber;
  }

  /** True when a kernel outside, or the graph's caller, reads the value, be it through views. */
  #leaves(members: readonly NodeId[], id: ValueId): boolean {
    const { flow, kernelOf } = this.#draft;
    const kernel = kernelOf[members[0] ?? -1];
    for (const value of viewsOf(this.#draft, [id])) {
      if (flow.isGraphOutput[value] === 1) return true;
      for (const reader of readersOf(flow, value)) {
        // What vanished reads nothing itself; what looks at the value through it may.
        const readerKernel = kernelOf[reader] ?? -1;
        if (readerKernel >= 0 && readerKernel !== kernel) return true;
      }
    }
    return false;
  }
}

/** Ratio of a rule's own count to the whole values; undefined when there is no whole to compare with. */
function scaleOf(
  own: number | undefined,
  work: Work,
  wholeOf: () => number | undefined,
): number | undefined {
  if (own === undefined) return work.kernel.kind === "view" ? 0 : 1;
  if (own === 0) return 0;
  const whole = wholeOf();
  return whole === undefined || whole === 0 ? undefined : own / whole;
}
