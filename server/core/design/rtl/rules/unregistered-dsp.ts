import type { DesignProblem } from "../../design.js";
import { formatNumber } from "../../../base/units.js";
import type { RtlRule } from "./rule.js";

/** AMD's and Lattice's DSPs have registers of their own that cost nothing. */
export const rtlRule: RtlRule = {
  code: "RP5202",
  check: ({ cells, placesOf, part }) => {
    const found = new Map<string, DesignProblem>();
    const slow = part.family.timing?.dsp;
    for (const module of cells.modules.values())
      for (const cell of module.cells) {
        if (!/^DSP48E[12]$/.test(cell.type)) continue;
        const isSet = (name: string): boolean => /1$/.test(cell.parameters[name] ?? "");
        const missing = [
          ...(isSet("AREG") && isSet("BREG") ? [] : ["inputs"]),
          ...(isSet("MREG") || isSet("PREG") ? [] : ["output"]),
        ];
        const [place] = placesOf(cell.attributes["src"]);
        if (place === undefined || missing.length === 0) continue;
        const time =
          missing.includes("output") && slow !== undefined
            ? ` Without one the whole product is in one path: about ${formatNumber(slow)} ns.`
            : "";
        found.set(`${place.file}:${place.line}`, {
          code: "RP5202",
          severity: missing.includes("output") ? "information" : "hint",
          message: `The ${missing.join(" and the ")} of this ${cell.type} ${missing[0] === "inputs" ? "have" : "has"} no register.${time} A register there is taken into the DSP: +0 FF, +1 cycle.`,
          place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
        });
      }
    return [...found.values()];
  },
};
