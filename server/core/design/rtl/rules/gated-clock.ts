import type { DesignFix, DesignProblem } from "../../design.js";
import { fixOf } from "../../fix.js";
import { moduleText } from "../module-text.js";
import type { NetModule } from "../netlist.js";
import { type RtlRule, type RuleSubject, netBits, quoted, wiringOf } from "./rule.js";

/** A clock that comes out of logic has a skew of its own, and glitches. */
export const rtlRule: RtlRule = {
  code: "RP5209",
  check: (subject) =>
    subject.modules.flatMap((module) => {
      const { placesOf } = subject;
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
        const fix = enableFix(subject, module, names.get(clock ?? -1));
        gates.set(key, {
          bits,
          problem: {
            code: "RP5209",
            severity: "warning",
            message: `The clock ${quoted(names.get(clock ?? -1))} of ${bits} ${bits === 1 ? "flip-flop" : "flip-flops"} comes out of logic: it takes a wire outside of the clock network and glitches. Clock them by the clock itself and make the condition an enable: +0 LUT where flip-flops have enables.`,
            place: { kind: "source", ...place },
            ...(fix !== undefined && { fixes: [fix] }),
          },
        });
      }
      return [...gates.values()].map(({ problem }) => problem);
    }),
};

/** `wire g = clk & en;` and `@(posedge g)` become `@(posedge clk) if (en)`; undefined where `g` is used for more. */
function enableFix(
  subject: RuleSubject,
  module: NetModule,
  gated: string | undefined,
): DesignFix | undefined {
  const text = moduleText(module, subject);
  const gate = text?.assignments.find(
    ({ name, target, kind }) => kind !== "block" && name === gated && target === name,
  );
  const operands = /^(\w+)\s*&&?\s*(\w+)$/.exec(gate?.value ?? "")?.slice(1) ?? [];
  const clock = operands.filter((name) => /cl(?:oc)?k/i.test(name));
  const enable = operands.filter((name) => !clock.includes(name));
  if (text === undefined || gate === undefined || clock.length !== 1 || enable.length !== 1)
    return undefined;
  const source = text.code.slice(text.span.start, text.span.end);
  const word = new RegExp(`\\b${gate.name}\\b`, "g");
  const edges = [...source.matchAll(new RegExp(`@\\s*\\(\\s*posedge\\s+${gate.name}\\s*\\)`, "g"))];
  const spoken = [...source.matchAll(word)].length;
  const own = gate.kind === "declaration" ? 1 : 2;
  if (edges.length === 0 || spoken !== edges.length + own) return undefined;
  return fixOf(
    `Clock by \`${clock[0] ?? ""}\`, \`${enable[0] ?? ""}\` as an enable`,
    { lut: -1, ff: 0 },
    {
      file: text.file,
      edits: [
        ...(gate.kind === "declaration" ? [{ span: gate.span, text: "" }] : []),
        ...edges.map((edge) => ({
          span: {
            start: text.span.start + edge.index,
            end: text.span.start + edge.index + edge[0].length,
          },
          text: `@(posedge ${clock[0] ?? ""}) if (${enable[0] ?? ""})`,
        })),
      ],
    },
  );
}
