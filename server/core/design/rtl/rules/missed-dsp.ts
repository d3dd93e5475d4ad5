import type { DesignProblem } from "../../design.js";
import type { PartFamily } from "../../part.js";
import { type NetCell, parameterNumber } from "../netlist.js";
import type { RtlRule } from "./rule.js";

/** Narrowest operands and product that Yosys maps to a DSP (`DSP_A_MINWIDTH`, `DSP_Y_MINWIDTH` of its scripts). */
const least: Readonly<Record<string, { readonly operand: number; readonly product: number }>> = {
  "xilinx-7": { operand: 2, product: 9 },
  "xilinx-ultrascale": { operand: 2, product: 9 },
  "xilinx-ultrascale-plus": { operand: 2, product: 9 },
  ice40: { operand: 2, product: 11 },
  ecp5: { operand: 2, product: 9 },
};

export const rtlRule: RtlRule = {
  code: "RP5204",
  check: ({ modules, placesOf, lineAt, priceOf, part, design }) => {
    if (part.family.dsp === undefined || (part.part?.capacity.dsp ?? 1) === 0) return [];
    return modules.flatMap(({ cells }) =>
      cells.flatMap((cell): DesignProblem[] => {
        if (cell.type !== "$mul" || isShift(cell)) return [];
        const [place] = placesOf(cell.attributes["src"]);
        if (place === undefined) return [];
        const line = lineAt(place);
        const luts = line?.resources.counts.lut?.value ?? 0;
        if ((line?.resources.counts.dsp?.value ?? 0) > 0 || luts < 8) return [];
        const name = design.names.dsp ?? "DSP";
        return [
          {
            code: "RP5204",
            severity: "information",
            message: `This multiplier takes ${priceOf(place)} and no ${name}: ${reasonOf(cell, part.family)}`,
            place: { kind: "source", ...place },
          },
        ];
      }),
    );
  },
};

/** Times a power of two, as in `word[index*32 +: 32]`, is wires: the LUTs of its line are those of what it chooses from. */
function isShift({ connections }: NetCell): boolean {
  return ["A", "B"].some((port) => {
    const bits = connections[port] ?? [];
    return (
      bits.every((bit) => typeof bit === "string") && bits.filter((bit) => bit !== "0").length <= 1
    );
  });
}

function reasonOf(cell: NetCell, family: PartFamily): string {
  const a = parameterNumber(cell.parameters["A_WIDTH"]) ?? 0;
  const b = parameterNumber(cell.parameters["B_WIDTH"]) ?? 0;
  const y = parameterNumber(cell.parameters["Y_WIDTH"]) ?? 0;
  const isConstant = ["A", "B"].some((port) =>
    (cell.connections[port] ?? []).every((bit) => typeof bit === "string"),
  );
  if (isConstant)
    return "one operand is a constant, so that it becomes a few additions. That is cheaper unless LUTs are scarce.";
  const bound = least[family.id];
  if (bound !== undefined && (Math.min(a, b) < bound.operand || Math.min(y, a + b) < bound.product))
    return `a product of ${a}×${b} bits is narrower than the ${bound.product} bits from which one is used. Below that LUTs are cheaper.`;
  if (family.id === "ice40")
    return "this part has none, or it was not asked for; iCE40 UltraPlus parts (`ice40up5k`) have eight.";
  return `the synthesis for this family has no mapping of a product of ${a}×${b} bits to one.`;
}
