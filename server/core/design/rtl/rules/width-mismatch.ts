import type { DesignProblem } from "../../design.js";
import { sourceName } from "../hierarchy.js";
import type { RtlRule } from "./rule.js";

/** A port and what is connected to it have different widths: bits are cut off or made up. */
export const rtlRule: RtlRule = {
  code: "RP5213",
  check: ({ modules, elaborated, placesOf }) => {
    const byName = new Map(modules.map((module) => [module.name, module]));
    return modules.flatMap((module) =>
      module.cells.flatMap((cell) => {
        const inner = byName.get(cell.type) ?? elaborated.modules.get(cell.type);
        const [place] = placesOf(cell.attributes["src"]);
        if (inner === undefined || place === undefined) return [];
        return Object.entries(cell.connections).flatMap(([port, bits]): DesignProblem[] => {
          const wanted = inner.ports.get(port)?.bits.length;
          // Elaboration has cut and filled already: what was filled is constant, or unconnected, at the top.
          if (wanted === undefined || wanted === bits.length) return [];
          return [
            {
              code: "RP5213",
              severity: "warning",
              message: `Port \`${port}\` of \`${sourceName(inner)}\` has ${wanted} bits and is connected to ${bits.length}.`,
              place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
            },
          ];
        });
      }),
    );
  },
};
