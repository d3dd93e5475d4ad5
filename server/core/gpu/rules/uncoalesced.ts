import { formatShare } from "../../base/units.js";
import type { GlobalAccess } from "../gpu-kernel.js";
import { codeAt, gainText, textPlace, withWork, type KernelRule } from "./rule.js";

/** Threads of a warp that touch more sectors than their bytes need: the rest is moved and not used. */
export const rule: KernelRule = (subject) => {
  const { estimate, text } = subject;
  return estimate.kernel.work.flatMap((work, index) => {
    if (work.kind !== "global" || work.executions === 0) return [];
    if ((estimate.shares[index] ?? 0) < leastShare) return [];
    const ideal = idealSectors(work);
    if (work.sectors === undefined || work.sectors < 2 * ideal) return [];
    const gain = gainText(
      estimate,
      withWork(subject, (other, at) => (at === index ? coalesced(work, ideal) : other)),
    );
    if (gain === undefined) return [];
    const used = formatShare(work.usefulBytes / (work.sectors * 32));
    const sectors = Math.round(work.sectors);
    return [
      {
        code: "RP5620",
        severity: "warning",
        message: `\`${codeAt(text, work.place)}\` is not coalesced: the 32 threads of a warp touch ${sectors} sectors where ${ideal} would do${strideText(work)}, so that ${used} of what is moved is used. With neighbouring threads on neighbouring elements the kernel takes ${gain}.`,
        place: textPlace(work.place),
      },
    ];
  });
};

const leastShare = 0.03;

export function idealSectors({ usefulBytes }: GlobalAccess): number {
  return Math.max(1, Math.ceil(usefulBytes / 32));
}

function coalesced(work: GlobalAccess, ideal: number): GlobalAccess {
  const { blockBytes, gridBytes } = work;
  // What is touched and never used is no longer touched; what other threads or turns use stays.
  const needed = Math.min(blockBytes ?? Infinity, work.executions * ideal * 32);
  const share = blockBytes === undefined ? 1 : needed / blockBytes;
  return {
    ...work,
    sectors: ideal,
    lines: Math.ceil(ideal / 4),
    blockBytes: blockBytes === undefined ? undefined : needed,
    gridBytes: gridBytes === undefined ? undefined : gridBytes * share,
  };
}

function strideText({ laneStride }: GlobalAccess): string {
  if (laneStride === undefined || Math.abs(laneStride) < 2 || !Number.isInteger(laneStride))
    return "";
  return ` (from thread to thread ${Math.abs(laneStride).toLocaleString("en-US")} elements)`;
}
