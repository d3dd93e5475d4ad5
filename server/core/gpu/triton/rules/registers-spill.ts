import { mostRegisters } from "../registers.js";
import { type KernelRule, countText, problemAt } from "./rule.js";

/** Accumulators that do not fit the registers of a block's threads are written to local memory in every turn. */
export const registersSpill: KernelRule = ({ result, programs, lowered }) => {
  const [first] = result.devices;
  if (first === undefined) return [];
  const problems = result.configs.flatMap((config, index) => {
    const found = lowered(first.device, index)?.registers;
    const program = programs[index];
    const dot = found?.largest;
    if (found === undefined || program === undefined || dot === undefined) return [];
    if (found.accumulators <= mostRegisters - 55) return [];
    const each = Math.ceil(found.accumulators);
    const warps = [2, 4, 8, 16, 32].find(
      (count) => count > program.warps && (each * program.warps) / count <= 160,
    );
    const advice =
      warps === undefined
        ? "Smaller blocks would fit."
        : `With \`num_warps=${warps}\` they take ${countText((each * program.warps) / warps)}.`;
    const message = `Registers spill on ${first.device.chip.name}: accumulators of ${dot.m} × ${dot.n} take ${countText(each)} registers of each of ${countText(32 * program.warps)} threads, which have ${mostRegisters}. ${advice}`;
    return [problemAt("RP5641", "warning", config.span ?? dot.span, message)];
  });
  return problems.slice(0, 20);
};
