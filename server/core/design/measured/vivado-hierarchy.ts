import {
  type MeasuredCounts,
  type MeasuredFormat,
  leadingNumber,
  measuredDesign,
  vivadoDevice,
} from "./measured-format.js";

/** `report_utilization -hierarchical` of Vivado: a row for each instance, indented, the top first. */
export const measuredFormat: MeasuredFormat = {
  id: "vivado-hierarchy",
  stage: "logic",
  names: /util[^/\\]*hier[^/\\]*\.(?:rpt|txt)$|hier[^/\\]*util[^/\\]*\.(?:rpt|txt)$/i,
  sniff: (text) => /Vivado/.test(text) && /^\|\s*Instance\s*\|\s*Module\s*\|/m.test(text),
  read: (text, file) => {
    const rows = text
      .split(/\r?\n/)
      .filter((line) => line.startsWith("|") && line.split("|").length > 5)
      .map((line) => line.split("|").slice(1, -1));
    const head = rows.findIndex(([first = ""]) => first.trim() === "Instance");
    const columns = (rows[head] ?? []).map((label) => label.trim());
    const modules: { readonly name: string; readonly counts: MeasuredCounts }[] = [];
    const known = new Set<string>();
    for (const cells of rows.slice(head + 1)) {
      const name = cells[columns.indexOf("Module")]?.trim() ?? "";
      // A bracketed row is what a module has beside its instances, which stands in its own row already.
      if (name === "" || /^\(/.test(cells[0]?.trim() ?? "") || known.has(name)) continue;
      known.add(name === "(top)" ? (cells[0]?.trim() ?? "") : name);
      modules.push({
        name: name === "(top)" ? (cells[0]?.trim() ?? "") : name,
        counts: countsOf(columns, cells),
      });
    }
    const [whole] = modules;
    if (whole === undefined) return undefined;
    const version = /Vivado v\.?(\S+)/.exec(text)?.[1] ?? "";
    return measuredDesign(`Vivado ${version} hierarchical utilization`, file, {
      top: /^\|\s*Design\s*:\s*(\S+)/m.exec(text)?.[1] ?? whole.name,
      device: vivadoDevice(text),
      counts: whole.counts,
      modules,
    });
  },
};

const kinds = [
  { pattern: /^Total LUTs\*?$/, kind: "lut", times: 1 },
  { pattern: /^LUTRAMs$/, kind: "lutram", times: 1 },
  { pattern: /^FFs$/, kind: "ff", times: 1 },
  { pattern: /^RAMB36$/, kind: "bram", times: 2 },
  { pattern: /^RAMB18$/, kind: "bram", times: 1 },
  { pattern: /^URAM$/, kind: "uram", times: 1 },
  { pattern: /^DSP(?:48)? Blocks$/, kind: "dsp", times: 1 },
] as const;

function countsOf(columns: readonly string[], cells: readonly string[]): MeasuredCounts {
  const counts: MeasuredCounts = {};
  for (const [index, column] of columns.entries()) {
    const kind = kinds.find(({ pattern }) => pattern.test(column));
    const count = leadingNumber(cells[index]);
    if (kind !== undefined && count !== undefined)
      counts[kind.kind] = (counts[kind.kind] ?? 0) + count * kind.times;
  }
  return counts;
}
