import {
  type MeasuredCounts,
  type MeasuredFormat,
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
    const top = /^\|\s*Design\s*:\s*(\S+)/m.exec(text)?.[1];
    return measuredDesign(`Vivado ${version} utilization`.replace("  ", " "), file, {
      top,
      device: vivadoDevice(text),
      counts,
    });
  },
};

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
