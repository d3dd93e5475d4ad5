import type { DesignProblem } from "../../design.js";
import { parameterNumber } from "../netlist.js";
import type { RtlRule } from "./rule.js";

const leastInputs = 32;

/** A selection among many: its LUTs grow with inputs times bits. */
export const rtlRule: RtlRule = {
  code: "RP5206",
  check: ({ modules, placesOf, priceOf, lineAt }) => {
    const found = new Map<string, DesignProblem>();
    for (const { cells } of modules)
      for (const cell of cells) {
        const width = parameterNumber(cell.parameters["WIDTH"] ?? cell.parameters["Y_WIDTH"]) ?? 1;
        const inputs =
          cell.type === "$pmux"
            ? (parameterNumber(cell.parameters["S_WIDTH"]) ?? 0)
            : cell.type === "$bmux"
              ? 2 ** (parameterNumber(cell.parameters["S_WIDTH"]) ?? 0)
              : cell.type === "$shiftx"
                ? Math.floor(
                    (parameterNumber(cell.parameters["A_WIDTH"]) ?? 0) / Math.max(1, width),
                  )
                : 0;
        const place = placesOf(cell.attributes["src"])[0];
        if (place === undefined || inputs < leastInputs) continue;
        if ((lineAt(place)?.resources.counts.lut?.value ?? 0) < 32) continue;
        const stages = Math.ceil(Math.log(inputs) / Math.log(4));
        found.set(`${place.file}:${place.line}`, {
          code: "RP5206",
          severity: "information",
          message: `A selection among ${inputs} values of ${width} ${width === 1 ? "bit" : "bits"}: ${priceOf(place)}, about ${stages} LUTs deep. A register half-way (+${width * Math.ceil(Math.sqrt(inputs))} FF, +1 cycle) halves the delay; a memory with a clocked read takes no LUTs.`,
          place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
        });
      }
    return [...found.values()];
  },
};
