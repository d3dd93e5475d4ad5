import type { ValueId } from "../../graph/graph.js";
import type { Kernel } from "../../lower/lowered.js";
import { spatialOf, type Spatial } from "./spatial.js";

/** Kernels that follow one another and may run tile by tile, all of them on one tile before the next tile begins. */
export interface Stack {
  /** Of the first and of the last kernel, in execution order. */
  readonly first: number;
  readonly last: number;
  readonly members: readonly Member[];
  /** Producers before their readers; what comes from outside first. */
  readonly values: readonly StackValue[];
}

export interface Member {
  readonly kernel: Kernel;
  readonly spatial: Spatial;
  /** Index of what it writes among the stack's values, and of what it reads. */
  readonly writes: number;
  readonly reads: readonly Read[];
}

export interface Read {
  readonly value: number;
  /** Through the kernel's window; else position by position, as a residual is. */
  readonly isWindowed: boolean;
}

/** An activation that the stack reads, keeps inside of itself or leaves behind. */
export interface StackValue {
  readonly rows: number;
  readonly columns: number;
  /** Of all images. */
  readonly bytes: number;
  readonly comesFromOutside: boolean;
  /** Somebody after the stack reads it, or nobody does and it is a result. */
  readonly leaves: boolean;
}

/** The longest stack that is looked for. */
export const mostMembers = 16;

/** Every stack of two kernels and more that starts with the given one. */
export function stacksFrom(
  kernels: readonly Kernel[],
  first: number,
  lastReaders: ReadonlyMap<ValueId, number>,
): readonly Stack[] {
  const stacks: Stack[] = [];
  const draft = new Draft();
  for (let last = first; last < kernels.length && last - first < mostMembers; last++) {
    const kernel = kernels[last];
    if (kernel === undefined || !draft.add(kernel)) break;
    const values = draft.finished(last, lastReaders);
    if (last > first && values !== undefined)
      stacks.push({ first, last, members: [...draft.members], values });
  }
  return stacks;
}

interface DraftValue extends Omit<StackValue, "leaves"> {
  readonly id: ValueId;
  isRead: boolean;
}

class Draft {
  readonly members: Member[] = [];
  readonly #values: DraftValue[] = [];
  readonly #indexOf = new Map<ValueId, number>();
  readonly #spatials = new Map<number, Spatial>();

  /** False when the kernel does not fit to what is there. */
  add(kernel: Kernel): boolean {
    const { reads, writes, writeBytes } = kernel;
    const [written, ...others] = writes;
    const inside = reads.findIndex((id) => this.#indexOf.has(id));
    const isFirst = this.members.length === 0;
    if (written === undefined || others.length > 0 || writeBytes === 0) return false;
    if (reads.length === 0 || (!isFirst && inside < 0)) return false;
    const feeding = this.#spatials.get(this.#indexOf.get(reads[inside] ?? -1) ?? -1);
    const spatial = spatialOf(kernel, feeding);
    if (spatial === undefined) return false;
    const [windowed, ...direct] = orderedReads(kernel, inside);
    if (windowed === undefined) return false;
    const bytes = kernel.readBytes - kernel.weightReadBytes - direct.length * writeBytes;
    const found: Read[] = [];
    for (const [id, isWindowed] of [
      [windowed, true] as const,
      ...direct.map((one) => [one, false] as const),
    ]) {
      const { rows, columns } = spatial;
      const value = isWindowed
        ? this.#take(id, rows.inputs, columns.inputs, bytes)
        : this.#take(id, rows.outputs, columns.outputs, writeBytes);
      if (value === undefined) return false;
      found.push({ value, isWindowed });
    }
    if (!this.#suits(found[0]?.value ?? -1, kernel)) return false;
    for (const { value } of found) {
      const read = this.#values[value];
      if (read !== undefined) read.isRead = true;
    }
    const at = this.#values.length;
    const { rows, columns } = spatial;
    this.#values.push({
      id: written,
      rows: rows.outputs,
      columns: columns.outputs,
      bytes: writeBytes,
      comesFromOutside: false,
      isRead: false,
    });
    this.#indexOf.set(written, at);
    this.#spatials.set(at, spatial);
    this.members.push({ kernel, spatial, writes: at, reads: found });
    return true;
  }

  /** Undefined while a branch ends inside: which of its pieces a tile needs would be nobody's to say. */
  finished(
    last: number,
    lastReaders: ReadonlyMap<ValueId, number>,
  ): readonly StackValue[] | undefined {
    const end = this.#values.length - 1;
    const isOpen = this.#values.some(({ isRead }, index) => !isRead && index < end);
    if (isOpen) return undefined;
    return this.#values.map(({ id, rows, columns, bytes, comesFromOutside }, index) => ({
      rows,
      columns,
      bytes,
      comesFromOutside,
      leaves: !comesFromOutside && (index === end || (lastReaders.get(id) ?? last) > last),
    }));
  }

  /** The value by its id, new where it comes from outside; undefined when it has another size (a row that is repeated). */
  #take(id: ValueId, rows: number, columns: number, bytes: number): number | undefined {
    if (bytes <= 0) return undefined;
    const known = this.#indexOf.get(id);
    if (known !== undefined) {
      const value = this.#values[known];
      if (value?.rows !== rows || value.columns !== columns) return undefined;
      return Math.abs(value.bytes - bytes) <= 0.01 * bytes ? known : undefined;
    }
    this.#values.push({ id, rows, columns, bytes, comesFromOutside: true, isRead: false });
    this.#indexOf.set(id, this.#values.length - 1);
    return this.#values.length - 1;
  }

  #suits(value: number, { shape }: Kernel): boolean {
    const feeding = this.#spatials.get(value);
    if (feeding === undefined) return true;
    if (shape.kind === "conv")
      return shape.inputChannels === feeding.channels && shape.batch === feeding.batch;
    return shape.kind !== "matmul" || shape.k === feeding.channels;
  }
}

/** The operand of the window first: of products the first, of others one that the stack makes. */
function orderedReads({ shape, reads }: Kernel, inside: number): readonly ValueId[] {
  const at = shape.kind === "conv" || shape.kind === "matmul" ? 0 : Math.max(0, inside);
  const id = reads[at];
  return id === undefined ? [] : [id, ...reads.filter((_, index) => index !== at)];
}

/** By value, the last kernel that reads it; values that nobody reads are results and have none. */
export function lastReadersOf(kernels: readonly Kernel[]): ReadonlyMap<ValueId, number> {
  const last = new Map<ValueId, number>();
  for (const [index, { reads }] of kernels.entries()) for (const id of reads) last.set(id, index);
  return last;
}
