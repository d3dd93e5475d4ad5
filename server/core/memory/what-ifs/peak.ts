import type { Schedule } from "../buffers.js";

/** Bytes alive at most, and the first step of which it is so; undefined while a size is not known. */
export function peakOf(
  schedule: Schedule,
): { readonly bytes: number; readonly step: number } | undefined {
  const { steps, inputs, outputs, bytesOf } = schedule;
  const lastStep = new Map<number, number>();
  for (const [index, { reads, writes }] of steps.entries()) {
    for (const id of writes) if (!lastStep.has(id)) lastStep.set(id, index);
    for (const id of reads) lastStep.set(id, index);
  }
  for (const id of outputs) lastStep.set(id, steps.length);
  const dying: number[][] = steps.map(() => []);
  const isAlive = new Set<number>();
  let live = 0;
  const start = (id: number): boolean => {
    if (id < 0 || isAlive.has(id)) return true;
    const bytes = bytesOf(id);
    if (bytes === undefined) return false;
    isAlive.add(id);
    live += bytes;
    dying[lastStep.get(id) ?? 0]?.push(id);
    return true;
  };
  const written = new Set(steps.flatMap(({ writes }) => writes));
  const outside = [...inputs, ...steps.flatMap(({ reads }) => reads)].filter(
    (id) => !written.has(id),
  );
  if (!outside.every(start)) return undefined;
  let peak = { bytes: 0, step: 0 };
  for (const [index, { writes, scratchBytes = 0 }] of steps.entries()) {
    if (!writes.every(start)) return undefined;
    if (live + scratchBytes > peak.bytes) peak = { bytes: live + scratchBytes, step: index };
    for (const id of dying[index] ?? []) live -= bytesOf(id) ?? 0;
  }
  return peak;
}
