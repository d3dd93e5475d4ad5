import { textPlace, type KernelRule } from "./rule.js";

/** A block that no SM can hold is not launched at all. */
export const rule: KernelRule = ({ read, estimate: { kernel, occupancy, device } }) => {
  if (occupancy?.doesNotFit === undefined) return [];
  // Registers are an estimate, and a compiler spills rather than to give up.
  const isCertain = !/register/.test(occupancy.doesNotFit);
  return [
    {
      code: "RP5603",
      severity: isCertain ? "error" : "warning",
      message: `A block does not fit ${device.chip.name}: ${occupancy.doesNotFit}.`,
      place: textPlace(read.launch ?? kernel.place),
    },
  ];
};
