import type { DesignProblem } from "../../design.js";
import { parameterNumber } from "../netlist.js";
import { type RtlRule, netBits, quoted, wiringOf } from "./rule.js";

/** A combinational block that does not assign on every way through it keeps the old value in latches. */
export const rtlRule: RtlRule = {
  code: "RP5201",
  check: ({ modules, placesOf, texts }) =>
    modules.flatMap((module) =>
      module.cells.flatMap((cell): DesignProblem[] => {
        if (!/^\$(?:a|s)?dlatch/.test(cell.type)) return [];
        const [place] = placesOf(cell.attributes["src"]);
        if (place === undefined) return [];
        const line = texts.get(place.file)?.split("\n")[place.line] ?? "";
        // `always_latch` says that it is meant.
        if (/\balways_latch\b/.test(line)) return [];
        const bits = parameterNumber(cell.parameters["WIDTH"]) ?? 1;
        const name = wiringOf(module).names.get(netBits(cell, "Q")[0] ?? -1);
        return [
          {
            code: "RP5201",
            severity: "warning",
            message: `${quoted(name)} keeps its value on a way through this block that does not assign it: ${bits} ${bits === 1 ? "latch" : "latches"}, which timing analysis and many parts handle badly. Assign it on every way, or once before the first \`if\`: −${bits} ${bits === 1 ? "latch" : "latches"}, +0 FF.`,
            place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
          },
        ];
      }),
    ),
};
