import type { DesignProblem } from "../../design.js";
import { sourceName } from "../hierarchy.js";
import type { RtlRule } from "./rule.js";

/** A port and what is connected to it have different widths: bits are cut off or made up. */
export const rtlRule: RtlRule = {
  code: "RP5213",
  check: ({ modules, elaborated, placesOf, resizedPorts }) => {
    // Elaboration has cut and filled already; it has told of each.
    const told = new Map(resizedPorts.map((port) => [port.path, port]));
    return modules.flatMap((module) =>
      module.cells.flatMap((cell) => {
        const inner = elaborated.modules.get(cell.type);
        const [place] = placesOf(cell.attributes["src"]);
        if (inner === undefined || place === undefined) return [];
        return Object.keys(cell.connections).flatMap((port): DesignProblem[] => {
          const found = told.get([module.name, cell.name, port].map(plainName).join("."));
          if (found === undefined) return [];
          const isInput = inner.ports.get(port)?.direction === "input";
          const isShort = found.given < found.wanted;
          const rest =
            isShort === isInput
              ? isInput
                ? "the rest is filled up"
                : "the rest of them has no driver"
              : "the upper ones are cut off";
          return [
            {
              code: "RP5213",
              severity: "warning",
              message: `Port \`${port}\` of \`${sourceName(inner)}\` has ${found.wanted} bits and is connected to ${found.given}: ${rest}.`,
              place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
            },
          ];
        });
      }),
    );
  },
};

function plainName(name: string): string {
  return name.replace(/^\\/, "");
}
