import type { DesignProblem } from "../../design.js";
import { formatShare } from "../../../base/units.js";
import { resourceKinds } from "../../design.js";
import type { RtlRule } from "./rule.js";

/** More than the part has. */
export const rtlRule: RtlRule = {
  code: "RP5217",
  check: ({ design, elaborated, placesOf, hierarchy }) => {
    const [top = ""] = hierarchy.counts.keys();
    const place = placesOf(elaborated.modules.get(top)?.attributes["src"])[0];
    return resourceKinds.flatMap((kind): DesignProblem[] => {
      const most = design.capacity[kind];
      const count = design.total?.counts[kind];
      if (most === undefined || count === undefined || count.value <= most) return [];
      const share = most === 0 ? "the part has none" : formatShare(count.value / most);
      const name = design.names[kind] ?? kind.toUpperCase();
      return [
        {
          code: "RP5217",
          severity: count.low > most ? "error" : "warning",
          message: `Does not fit \`${design.part ?? ""}\`: ${Math.round(count.value).toLocaleString("en-US")} ${name} of ${most.toLocaleString("en-US")} (${share}).`,
          ...(place && {
            place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
          }),
        },
      ];
    });
  },
};
