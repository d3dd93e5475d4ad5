import {
  type MeasuredCounts,
  type MeasuredFormat,
  isBeforePlacement,
  leadingNumber,
  measuredDesign,
  vivadoDevice,
} from "./measured-format.js";

/** `report_utilization` of Vivado: tables of `| Site Type | Used | …`. Block RAM tiles are two of the smallest block. */
export const measuredFormat: MeasuredFormat = {
  id: "vivado-utilization",
  stage: "logic",
  names: /util(?:i[sz]ation)?(?:[._-][^/\\]*)?\.(?:rpt|txt)$/i,
  sniff: (text) => /\|\s*(?:Slice|CLB) LUTs\*?\s*\|/.test(text) && /Vivado/.test(text),
  read: (text, file) => {
    const counts: MeasuredCounts = {};
    for (const [, label = "", used = ""] of text.matchAll(
      /^\|\s*([^|]+?)\s*\|\s*([\d.,]+)\s*\|/gm,
    )) {
      const row = rows.find(({ pattern }) => pattern.test(label));
      const count = leadingNumber(used);
      if (row !== undefined && count !== undefined) counts[row.kind] ??= count * row.times;
    }
    const version = /Vivado v\.?(\S+)/.exec(text)?.[1] ?? "";
    const isEarly = isBeforePlacement(text, file);
    const stage = isEarly ? " after synthesis" : "";
    // Of some cells or regions alone it says nothing of the design that it names.
    const isOfPart = /^\|\s*Command\s*:.*\s-(?:cells|pblocks)\s/m.test(text);
    const missing = blackBoxesOf(text);
    return measuredDesign(`Vivado ${version} utilization${stage}`.replace("  ", " "), file, {
      top: isOfPart ? undefined : /^\|\s*Design\s*:\s*(\S+)/m.exec(text)?.[1],
      device: vivadoDevice(text),
      counts,
      ...(isEarly && { isBeforePlacement: true }),
      ...(missing.length > 0 && {
        caveat: `it counts without what is in ${missing.map((name) => `\`${name}\``).join(", ")}`,
      }),
    });
  },
};

/** Modules that were synthesised by themselves, and are not in it yet. */
function blackBoxesOf(text: string): readonly string[] {
  const table = /\n\d+\. Black Boxes\s*\n-+\s*\n([\s\S]*?)\n\s*\n\s*\n/.exec(text)?.[1] ?? "";
  return [...table.matchAll(/^\|\s*([^|]+?)\s*\|\s*\d+\s*\|/gm)].map(([, name = ""]) => name);
}

const rows = [
  { pattern: /^(?:Slice|CLB) LUTs\*?$/, kind: "lut", times: 1 },
  { pattern: /^LUT as Memory$/, kind: "lutram", times: 1 },
  { pattern: /^(?:Slice|CLB) Registers$/, kind: "ff", times: 1 },
  { pattern: /^Register as Latch$/, kind: "latch", times: 1 },
  { pattern: /^DSPs$/, kind: "dsp", times: 1 },
  { pattern: /^Block RAM Tile$/, kind: "bram", times: 2 },
  { pattern: /^URAM$/, kind: "uram", times: 1 },
  { pattern: /^CARRY[48]$/, kind: "carry", times: 1 },
] as const;
