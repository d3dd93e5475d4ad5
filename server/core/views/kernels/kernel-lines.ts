import { lineAt } from "../../base/line-starts.js";
import { shownEstimate, type KernelOnDevice } from "../../gpu/kernel-file.js";

export interface KernelLine {
  /** Zero-based. */
  readonly line: number;
  /** Of the kernel's time. */
  readonly share: number;
  /** Indices of `GpuKernel.work` of the estimate that is shown for the device. */
  readonly items: readonly number[];
}

/** Lines on which something costs, the source's first line first. */
export function linesOf(
  device: KernelOnDevice | undefined,
  starts: readonly number[],
): readonly KernelLine[] {
  const { estimate } = (device && shownEstimate(device)) ?? {};
  if (estimate === undefined) return [];
  const lines = new Map<number, { share: number; items: number[] }>();
  for (const [index, work] of estimate.kernel.work.entries()) {
    const line = lineAt(starts, work.place.start);
    const entry = lines.get(line) ?? { share: 0, items: [] };
    entry.share += estimate.shares[index] ?? 0;
    entry.items.push(index);
    lines.set(line, entry);
  }
  return [...lines].map(([line, entry]) => ({ line, ...entry })).sort((a, b) => a.line - b.line);
}
