import { formatBytes, formatShare } from "../../base/units.js";
import { occupancyOf } from "../occupancy.js";
import { estimateWith, gainText, textPlace, type KernelRule } from "./rule.js";

/** A little less of one resource would let another block be resident. */
export const rule: KernelRule = (subject) => {
  const { estimate } = subject;
  const { kernel, occupancy, device } = estimate;
  const step = occupancy?.nextStep;
  if (occupancy === undefined || step === undefined || kernel.threadsPerBlock === undefined)
    return [];
  const registers = Math.round(kernel.registers.value);
  const shared = kernel.sharedBytes ?? 0;
  const change =
    step.sharedBytes !== undefined
      ? {
          text: `−${formatBytes(shared - step.sharedBytes)} of shared memory`,
          part: 1 - step.sharedBytes / Math.max(1, shared),
          to: { sharedBytes: step.sharedBytes },
        }
      : step.registers !== undefined
        ? {
            text: `−${registers - step.registers} registers a thread (of about ${registers})`,
            part: 1 - step.registers / registers,
            to: { registers: { ...kernel.registers, value: step.registers } },
          }
        : undefined;
  if (change === undefined || change.part > nearby) return [];
  const after = occupancyOf(
    {
      threads: kernel.threadsPerBlock,
      registers: step.registers ?? registers,
      sharedBytes: step.sharedBytes ?? shared,
    },
    device.capability,
  );
  const gain = gainText(estimate, estimateWith(subject, change.to));
  return [
    {
      code: "RP5622",
      severity: gain === undefined ? "hint" : "information",
      message: `${change.text} → ${step.blocksPerSm} blocks an SM on ${device.chip.name} (occupancy ${formatShare(occupancy.share)} → ${formatShare(after.share)})${gain === undefined ? ", which this kernel gains nothing by: it does not wait" : `: ${gain}`}.`,
      place: textPlace(kernel.place),
    },
  ];
};

/** The most that is worth a word: an eighth. */
const nearby = 0.125;
