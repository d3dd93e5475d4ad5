import type { DspStages, TimingTable } from "../part.js";
import type { CellTiming } from "./timing-cells.js";

/**
 * How time passes a DSP by the registers that are used in it: operands reach the first one on their way, results leave the
 * last one, and what lies between two of them bounds the clock whatever is outside. No tool makes a hard block faster:
 * times of the data sheet are divided by the factor that all of a path is multiplied by.
 */
export function dspTiming(
  type: string,
  parameters: Readonly<Record<string, string>>,
  table: TimingTable,
): CellTiming {
  const stages = table.dspStages ?? stagesOf(table);
  const hard = (nanoseconds: number): number => nanoseconds / table.vendor;
  const has = (...names: readonly string[]): boolean =>
    names.some((name) => /[1-9]/.test(parameters[name] ?? ""));
  const hasOutput = has("PREG", "TOPOUTPUT_SELECT", "REG_OUTPUT_CLK");
  const hasMultiplier = has("MREG", "TOP_8x8_MULT_REG", "PIPELINE_16x16_MULT_REG1");
  const hasOperand = {
    A: has("AREG", "A_REG"),
    B: has("BREG", "B_REG"),
    C: has("CREG", "C_REG"),
  };
  const hasOperands = hasOperand.A && hasOperand.B;
  if (!hasOutput && !hasMultiplier && !hasOperands)
    return { kind: "logic", delay: hard(table.dsp) };
  const ofProduct = hasMultiplier ? stages.toMultiplier : hasOutput ? stages.toOutput : 0;
  const setup = (port: string): number => {
    const [, operand] = /^(?:AC|BC)?([ABCD])(?:IN|\d*)$/.exec(port) ?? [];
    switch (operand) {
      case "A":
      case "B":
        return hard(hasOperand[operand] ? stages.input : ofProduct);
      case "D":
        // What a DSP48 adds to an operand; in an iCE40 the lower half of what is added to the product.
        if (!type.startsWith("DSP48"))
          return hard(has("D_REG") || !hasOutput ? stages.input : stages.addend);
        return hard(has("DREG") ? stages.input : ofProduct);
      case "C":
        return hard(hasOperand.C || !hasOutput ? stages.input : stages.addend);
      default:
        return port === "PCIN" && hasOutput ? hard(stages.addend) : table.setup;
    }
  };
  return {
    kind: "register",
    clockToOutput: hard(
      hasOutput ? stages.fromOutput : hasMultiplier ? stages.fromMultiplier : stages.fromInput,
    ),
    setup,
    period: hard(hasOperands && hasOutput && !hasMultiplier ? stages.longPeriod : stages.period),
  };
}

/** Where a family's data sheet was not read: the whole product between two registers, and little else. */
function stagesOf({ dsp, dspClock, setup, period }: TimingTable): DspStages {
  return {
    input: setup,
    toMultiplier: dsp,
    toOutput: dsp,
    addend: setup,
    fromInput: dsp,
    fromMultiplier: dspClock,
    fromOutput: dspClock,
    period,
    longPeriod: dsp,
  };
}
