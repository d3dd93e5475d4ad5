import type { SourceRange } from "../../../base/text-span.js";
import type { DesignFix, DesignProblem } from "../../design.js";
import { fixOf } from "../../fix.js";
import { type ModuleText, indentAt, moduleText } from "../module-text.js";
import { parameterNumber } from "../netlist.js";
import { type RtlRule, netBits, quoted, wiringOf } from "./rule.js";

/** A combinational block that does not assign on every way through it keeps the old value in latches. */
export const rtlRule: RtlRule = {
  code: "RP5201",
  check: ({ modules, placesOf, texts }) =>
    modules.flatMap((module) => {
      const source = moduleText(module, { texts, placesOf });
      return module.cells.flatMap((cell): DesignProblem[] => {
        if (!/^\$(?:a|s)?dlatch/.test(cell.type)) return [];
        const [place] = placesOf(cell.attributes["src"]);
        if (place === undefined) return [];
        const line = texts.get(place.file)?.split("\n")[place.line] ?? "";
        // `always_latch` says that it is meant.
        if (/\balways_latch\b/.test(line)) return [];
        const bits = parameterNumber(cell.parameters["WIDTH"]) ?? 1;
        const name = wiringOf(module).names.get(netBits(cell, "Q")[0] ?? -1);
        const isWhole =
          module.netNames.find((net) => net.name === name && !net.isHidden)?.bits.length === bits;
        const fix =
          source === undefined || name === undefined || !isWhole
            ? undefined
            : defaultFix(source, place, { name, bits });
        return [
          {
            code: "RP5201",
            severity: "warning",
            message: `${quoted(name)} keeps its value on a way through this block that does not assign it: ${bits} ${bits === 1 ? "latch" : "latches"}, which timing analysis and many parts handle badly. Assign it on every way, or once before the first \`if\`: −${bits} ${bits === 1 ? "latch" : "latches"}, +0 FF.`,
            place: { kind: "source", ...place, endLine: place.line + 1, endCharacter: 0 },
            ...(fix !== undefined && { fixes: [fix] }),
          },
        ];
      });
    }),
};

/** A value at the start of the block, which every other assignment in it goes over. */
function defaultFix(
  source: ModuleText,
  place: SourceRange,
  { name, bits }: { readonly name: string; readonly bits: number },
): DesignFix | undefined {
  const from = source.offsetOf(place.line, place.character);
  const head = headPattern.exec(source.code.slice(from, from + 1000));
  if (head === null || !/^\w+$/.test(name)) return undefined;
  const at = from + head[0].length;
  const indent = indentAt(source, from);
  const text = `\n${indent}  ${name} = ${source.isSystemVerilog ? "'0" : "0"};`;
  const inBlock = [{ span: { start: at, end: at }, text }];
  const end = source.offsetOf(place.endLine, place.endCharacter);
  const edits =
    head[1] === undefined ? aroundStatement(source.code, { at, end, indent, text }) : inBlock;
  return (
    edits &&
    fixOf(`Assign \`${name}\` 0 first`, { latch: -bits, ff: 0 }, { file: source.file, edits })
  );
}

/** Levels alone: what waits for an edge holds flip-flops. */
const headPattern =
  /^always(?:_comb\b|\s*@\s*(?:\*|\((?:\s*\*\s*|(?!\s*(?:posedge|negedge)\b)[\w\s,[\]:.]*)\)))\s*(begin\b(?:\s*:\s*\w+)?)?/;

/** A statement without `begin` gets one; undefined where its end is not where the synthesis says. */
function aroundStatement(
  code: string,
  { at, end, indent, text }: { at: number; end: number; indent: string; text: string },
): DesignFix["edits"] | undefined {
  if (end <= at || !/(?:;|\bend(?:case)?)$/.test(code.slice(at, end))) return undefined;
  return [
    { span: { start: at, end: at }, text: ` begin${text}\n${indent} ` },
    { span: { start: end, end }, text: `\n${indent}end` },
  ];
}
