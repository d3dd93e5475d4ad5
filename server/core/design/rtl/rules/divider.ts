import type { DesignProblem } from "../../design.js";
import { parameterNumber } from "../netlist.js";
import type { RtlRule } from "./rule.js";

/** Division by what is no power of two is a subtractor for each bit of the result, one after the other. */
export const rtlRule: RtlRule = {
  code: "RP5203",
  check: ({ modules, placesOf, priceOf, design }) =>
    modules.flatMap(({ cells }) =>
      cells.flatMap((cell): DesignProblem[] => {
        if (!/^\$(?:div|mod|divfloor|modfloor)$/.test(cell.type)) return [];
        const [place] = placesOf(cell.attributes["src"]);
        if (place === undefined) return [];
        const isCritical = design.paths[0]?.places.some(
          ({ file, line }) => file === place.file && line === place.line,
        );
        const bits = parameterNumber(cell.parameters["A_WIDTH"]) ?? 0;
        const constant = (cell.connections["B"] ?? []).every((bit) => typeof bit === "string");
        const advice = constant
          ? "Multiply by the reciprocal in fixed point: a DSP in place of it."
          : `A sequential divider takes about ${2 * bits} FF and as many LUT, and ${bits} cycles.`;
        return [
          {
            code: "RP5203",
            severity: isCritical === true ? "warning" : "information",
            message: `Divider of ${bits} bits${isCritical === true ? " on the critical path" : ""}: ${priceOf(place)}, ${bits} subtractions one after the other. ${advice}`,
            place: { kind: "source", ...place },
          },
        ];
      }),
    ),
};
