import type { SourceRange } from "../../../base/text-span.js";
import type { DesignFix, DesignProblem } from "../../design.js";
import { fixOf } from "../../fix.js";
import { sourceName } from "../hierarchy.js";
import { countsFromZero, isSigned, moduleText } from "../module-text.js";
import type { NetModule } from "../netlist.js";
import type { RtlRule, RuleSubject } from "./rule.js";

/** A port and what is connected to it have different widths: bits are cut off or made up. */
export const rtlRule: RtlRule = {
  code: "RP5213",
  check: (subject) => {
    const { modules, elaborated, placesOf, resizedPorts } = subject;
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
          const fix = connectionFix(subject, module, { place, port, isInput, ...found });
          return [
            {
              code: "RP5213",
              severity: "warning",
              message: `Port \`${port}\` of \`${sourceName(inner)}\` has ${found.wanted} bits and is connected to ${found.given}: ${rest}.`,
              place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
              ...(fix !== undefined && { fixes: [fix] }),
            },
          ];
        });
      }),
    );
  },
};

/** `.port(name)` with the bits that are meant, as elaboration takes them. Undefined of other forms, and where a port lacks a driver. */
function connectionFix(
  subject: RuleSubject,
  module: NetModule,
  asked: {
    readonly place: SourceRange;
    readonly port: string;
    readonly isInput: boolean;
    readonly given: number;
    readonly wanted: number;
  },
): DesignFix | undefined {
  const { place, port, isInput, given, wanted } = asked;
  const text = moduleText(module, subject);
  if (text?.file !== place.file || !/^\w+$/.test(port)) return undefined;
  const start = text.offsetOf(place.line, place.character);
  const end = text.offsetOf(place.endLine, place.endCharacter);
  const code = text.code.slice(start, Math.max(start, end));
  const matches = [
    ...code.matchAll(new RegExp(`\\.${port}\\s*\\(\\s*([A-Za-z_]\\w*)\\s*\\)`, "g")),
  ];
  const [match] = matches;
  const name = match?.[1];
  if (match === undefined || name === undefined || matches.length > 1) return undefined;
  if (text.scope.widthOf(name) !== given || (!isInput && given < wanted)) return undefined;
  // What is signed is filled up with its sign, and what does not count down to 0 has other names for its bits.
  if (given < wanted ? isSigned(text, name) : !countsFromZero(text, name)) return undefined;
  const at = start + match.index + match[0].lastIndexOf(name);
  const by = given > wanted ? `${name}[${wanted - 1}:0]` : `{${wanted - given}'b0, ${name}}`;
  const what =
    given > wanted
      ? `Connect ${wanted} of ${given} bits of \`${name}\``
      : `Put ${wanted - given} zeros above \`${name}\``;
  return fixOf(
    what,
    { lut: 0, ff: 0 },
    { file: text.file, edits: [{ span: { start: at, end: at + name.length }, text: by }] },
  );
}

function plainName(name: string): string {
  return name.replace(/^\\/, "");
}
