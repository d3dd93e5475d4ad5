import { lineAt, lineStartsOf } from "../../../base/line-starts.js";
import type { DesignFix, DesignProblem } from "../../design.js";
import { fixOf } from "../../fix.js";
import type { Assignment } from "../assignments.js";
import { type ModuleText, moduleText } from "../module-text.js";
import type { NetModule } from "../netlist.js";
import { valueBits } from "../value-bits.js";
import type { RtlRule } from "./rule.js";

/** An assignment that cuts off what its value has above: nothing warns when those bits are set. */
export const rtlRule: RtlRule = {
  code: "RP5215",
  check: (subject) =>
    subject.modules.flatMap((module) => {
      const text = moduleText(module, subject);
      if (text === undefined) return [];
      const starts = lineStartsOf(text.code);
      const drivers = new Map<string, number>();
      for (const { kind, target } of text.assignments)
        if (kind === "assign") drivers.set(target, (drivers.get(target) ?? 0) + 1);
      return text.assignments.flatMap((assignment): DesignProblem[] => {
        // Of several drivers all but one stand under conditions of `generate` that do not hold, with widths of other parameters.
        if (assignment.kind === "assign" && (drivers.get(assignment.target) ?? 0) > 1) return [];
        const width = valueBits(assignment.target, text.scope);
        const bits = valueBits(assignment.value, text.scope);
        if (width === undefined || bits === undefined || bits <= width) return [];
        const line = lineAt(starts, assignment.valueSpan.start);
        const range = { file: text.file, line, character: 0, endLine: line + 1, endCharacter: 0 };
        const luts = subject.lineAt(range)?.resources.counts.lut?.value ?? 0;
        const lost = bits - width;
        const price = [
          ...(isRegister(module, assignment.name) ? [`+${lost} FF`] : []),
          ...(luts >= width / 2 ? [`about +${Math.ceil((luts * lost) / width)} LUT`] : []),
        ].join(" and ");
        const fix = explicitFix(text, assignment, width);
        return [
          {
            code: "RP5215",
            severity: "information",
            message: `\`${assignment.target}\` has ${width} ${width === 1 ? "bit" : "bits"} and is assigned ${bits}: the upper ${lost === 1 ? "one is" : `${lost} are`} cut off. Keeping ${lost === 1 ? "it" : "them"} takes ${price === "" ? "wires alone" : price}.`,
            place: { kind: "source", ...range },
            ...(fix !== undefined && { fixes: [fix] }),
          },
        ];
      });
    }),
};

function isRegister({ cells, netNames }: NetModule, name: string): boolean {
  const bits = new Set(netNames.find((net) => net.name === name)?.bits ?? []);
  return cells.some(
    ({ type, connections }) =>
      /dff/.test(type) && (connections["Q"] ?? []).some((bit) => bits.has(bit)),
  );
}

/** The same bits, said: a size cast, or in Verilog the slice of a name. */
function explicitFix(
  { file, code, isSystemVerilog }: ModuleText,
  { value, valueSpan }: Assignment,
  width: number,
): DesignFix | undefined {
  const isName = /^[A-Za-z_]\w*$/.test(value);
  const startsAtZero = new RegExp(`\\[[^\\]:]+:\\s*0\\s*\\][^;\\[\\]()]*\\b${value}\\b`);
  const range = width === 1 ? "[0]" : `[${width - 1}:0]`;
  const text = isSystemVerilog
    ? `${width}'(${value})`
    : isName && startsAtZero.test(code)
      ? `${value}${range}`
      : undefined;
  if (text === undefined) return undefined;
  return fixOf(
    `Say that ${width} ${width === 1 ? "bit stays" : "bits stay"}`,
    { lut: 0, ff: 0 },
    {
      file,
      edits: [{ span: valueSpan, text }],
    },
  );
}
