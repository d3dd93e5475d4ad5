import { formatShare } from "../../base/units.js";
import { warpLanes } from "../gpu-device.js";
import { textPlace, type KernelRule } from "./rule.js";

/** Threads run in warps of 32: a block that is no multiple leaves lanes idle. */
export const rule: KernelRule = ({ estimate: { kernel } }) => {
  const threads = kernel.threadsPerBlock;
  if (threads === undefined || threads % warpLanes === 0) return [];
  const warps = Math.ceil(threads / warpLanes);
  return [
    {
      code: "RP5623",
      severity: "warning",
      message: `A block of ${threads} threads takes ${warps} warps, of which ${formatShare(1 - threads / (warps * warpLanes))} idles. Use ${warps * warpLanes}${warps > 1 ? ` or ${(warps - 1) * warpLanes}` : ""}.`,
      place: textPlace(kernel.place),
    },
  ];
};
