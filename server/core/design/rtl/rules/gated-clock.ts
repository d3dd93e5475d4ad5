import type { DesignProblem } from "../../design.js";
import { type RtlRule, netBits, quoted, wiringOf } from "./rule.js";

/** A clock that comes out of logic has a skew of its own, and glitches. */
export const rtlRule: RtlRule = {
  code: "RP5209",
  check: ({ modules, placesOf }) =>
    modules.flatMap((module) => {
      const { driver, names } = wiringOf(module);
      const gates = new Map<string, { readonly bits: number; readonly problem: DesignProblem }>();
      for (const cell of module.cells) {
        if (!/^\$(?:s|a|al)?dff|^\$s?dffe|^\$dffsr/.test(cell.type)) continue;
        const clock = netBits(cell, "CLK")[0];
        const gate = clock === undefined ? undefined : driver.get(clock);
        if (
          gate === undefined ||
          !/^\$(?:and|or|xor|not|mux|logic_\w+|eq|ne|reduce_\w+|pmux)$/.test(gate.type)
        )
          continue;
        if (gate.type === "$not") continue;
        const place = placesOf(gate.attributes["src"])[0] ?? placesOf(cell.attributes["src"])[0];
        if (place === undefined) continue;
        const key = `${place.file}:${place.line}`;
        const bits = (gates.get(key)?.bits ?? 0) + netBits(cell, "Q").length;
        gates.set(key, {
          bits,
          problem: {
            code: "RP5209",
            severity: "warning",
            message: `The clock ${quoted(names.get(clock ?? -1))} of ${bits} ${bits === 1 ? "flip-flop" : "flip-flops"} comes out of logic: it takes a wire outside of the clock network and glitches. Clock them by the clock itself and make the condition an enable: +0 LUT where flip-flops have enables.`,
            place: { kind: "source", ...place },
          },
        });
      }
      return [...gates.values()].map(({ problem }) => problem);
    }),
};
