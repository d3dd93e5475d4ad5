import type { DesignProblem } from "../../design.js";
import { cellUse } from "../cell-use.js";
import type { NetCell } from "../netlist.js";
import type { RtlRule, RuleSubject } from "./rule.js";

/** An instance of what no source defines counts as nothing, which has to be said. */
export const rtlRule: RtlRule = {
  code: "RP5022",
  check: (subject) =>
    [...missingModules(subject)].flatMap(([type, cell]): DesignProblem[] => {
      const [place] = subject.placesOf(cell.attributes["src"]);
      if (place === undefined) return [];
      return [
        {
          code: "RP5022",
          severity: "warning",
          message: `Module \`${type}\` is not found in the workspace: its instances count as nothing. Name its file in \`ridgepoint.design.files\`.`,
          place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
        },
      ];
    }),
};

/** By name, an instance of each. */
export function missingModules({
  modules,
  elaborated,
  cells,
  primitives,
}: Pick<RuleSubject, "modules" | "elaborated" | "cells" | "primitives">): ReadonlyMap<
  string,
  NetCell
> {
  const mapped = new Set(
    [...cells.modules.values()].flatMap((module) => module.cells.map(({ type }) => type)),
  );
  const found = new Map<string, NetCell>();
  for (const module of modules)
    for (const cell of module.cells) {
      const { type } = cell;
      if (
        type.startsWith("$") ||
        primitives.has(type) ||
        elaborated.modules.has(type) ||
        found.has(type)
      )
        continue;
      if (cells.modules.has(type) || Object.keys(cellUse(type)).length > 0 || !mapped.has(type))
        continue;
      found.set(type, cell);
    }
  return found;
}
