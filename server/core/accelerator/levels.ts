import type { Accelerator, Buffer, Operand } from "./accelerator.js";

/** Buffers at one distance from the array: each operand has one of them at most. */
export interface Level {
  readonly buffers: readonly Buffer[];
  readonly holds: ReadonlySet<Operand>;
}

/** Nearest to the array first. Neighbours in the file that hold different operands stand side by side. */
export function levelsOf({ buffers }: Pick<Accelerator, "buffers">): readonly Level[] {
  const levels: { buffers: Buffer[]; holds: Set<Operand> }[] = [];
  for (const buffer of buffers) {
    const last = levels.at(-1);
    if (last !== undefined && buffer.holds.every((operand) => !last.holds.has(operand))) {
      last.buffers.push(buffer);
      for (const operand of buffer.holds) last.holds.add(operand);
    } else levels.push({ buffers: [buffer], holds: new Set(buffer.holds) });
  }
  return levels;
}
