import { shownEstimate } from "../../kernel-file.js";
import type { GlobalAccess } from "../../gpu-kernel.js";
import { formatShare } from "../../../base/units.js";
import { type KernelRule, problemAt } from "./rule.js";

/** Less of the time is not worth a line. */
const leastShare = 0.05;

/** Accesses whose lanes lie apart, so that most of what memory brings is not used. */
export const coalescing: KernelRule = ({ result }) => {
  const [first] = result.devices;
  const shown = first === undefined ? undefined : shownEstimate(first);
  if (first === undefined || shown === undefined) return [];
  const { costs, shares } = shown.estimate;
  const seen = new Set<number>();
  return costs.flatMap(({ work }, index) => {
    if (work.kind !== "global" || (shares[index] ?? 0) < leastShare) return [];
    if (seen.has(work.place.start) || !isApart(work)) return [];
    seen.add(work.place.start);
    const verb = work.direction === "read" ? "read" : "write";
    const apart =
      work.laneStride !== undefined && work.laneStride > 1
        ? `${work.laneStride.toLocaleString("en-US")} elements apart`
        : "apart, by a stride that is not taken to be 1";
    const message = `Not coalesced: neighbouring lanes ${verb} \`${work.array}\` ${apart}; a warp moves ${work.sectors ?? 32} sectors of 32 B for ${Math.round(work.usefulBytes)} B that it uses. The line takes ${formatShare(shares[index] ?? 0)} of the kernel on ${first.device.chip.name}. Let the last axis of the block run along the one whose stride is 1.`;
    return [problemAt("RP5620", "warning", work.place, message)];
  });
};

function isApart({ sectors, usefulBytes, laneStride }: GlobalAccess): boolean {
  if (sectors === undefined || laneStride === 1) return false;
  return sectors >= 4 && sectors * 32 >= 2 * usefulBytes;
}
