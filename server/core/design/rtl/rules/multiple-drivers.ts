import type { DesignProblem } from "../../design.js";
import { type RtlRule, isOutput, quoted, wiringOf } from "./rule.js";

/** Two that drive one wire fight: synthesis picks one, or ties them together. */
export const rtlRule: RtlRule = {
  code: "RP5211",
  check: ({ modules, placesOf }) =>
    modules.flatMap((module) => {
      const drivers = new Map<number, string[]>();
      for (const { direction, bits } of module.ports.values())
        if (direction === "input")
          for (const bit of bits) if (typeof bit === "number") drivers.set(bit, ["input"]);
      for (const cell of module.cells) {
        if (/^\$(?:tribuf|connect)|BUFT|^IOBUF/.test(cell.type)) continue;
        for (const [port, bits] of Object.entries(cell.connections)) {
          if (!isOutput(cell, port) || cell.directions[port] === undefined) continue;
          for (const bit of bits)
            if (typeof bit === "number")
              drivers.set(bit, [...(drivers.get(bit) ?? []), cell.attributes["src"] ?? ""]);
        }
      }
      const { names } = wiringOf(module);
      const found = new Map<string, DesignProblem>();
      for (const [bit, sources] of drivers) {
        if (sources.length < 2) continue;
        const name = names.get(bit);
        const net = module.netNames.find((one) => one.name === name);
        const places = [...sources, net?.src ?? ""].flatMap((src) => placesOf(src).slice(0, 1));
        const [place, second] = places;
        if (place === undefined || found.has(name ?? "")) continue;
        const lines = [
          ...new Set([place, second].flatMap((one) => (one === undefined ? [] : [one.line + 1]))),
        ];
        found.set(name ?? "", {
          code: "RP5211",
          severity: "error",
          message: `${quoted(name)} is driven more than once${lines.length > 1 ? ` (lines ${lines.join(" and ")})` : ""}. Assign a signal in one block alone.`,
          place: { kind: "source", ...place },
        });
      }
      return [...found.values()];
    }),
};
