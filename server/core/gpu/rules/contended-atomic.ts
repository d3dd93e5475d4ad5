import { formatShare } from "../../base/units.js";
import { codeAt, textPlace, type KernelRule } from "./rule.js";

/** Updates of one address are done one after the other, whatever the device. */
export const rule: KernelRule = ({ estimate: { kernel, shares }, text }) =>
  kernel.work.flatMap((work, index) => {
    const share = shares[index] ?? 0;
    if (work.kind !== "atomic" || !work.isContended || share < leastShare) return [];
    return [
      {
        code: "RP5631",
        severity: "information",
        message: `\`${codeAt(text, work.place)}\`: every warp updates the same address, one after the other: ${formatShare(share)} of the time. Reduce within the block first, and update once a block.`,
        place: textPlace(work.place),
      },
    ];
  });

const leastShare = 0.1;
