import type { MeasuredModule } from "../design.js";
import {
  type MeasuredCounts,
  type MeasuredFormat,
  leadingNumber,
  measuredDesign,
} from "./measured-format.js";

/**
 * Quartus' `*.fit.summary`, `Total registers : 1088`, and the tables of `*.fit.rpt` and `*.flow.rpt`. An ALM counts as two LUTs, as in our
 * parts; a logic element is a LUT, a flip-flop or both, of which the report tells the LUTs apart. A flow that has failed tells nothing.
 */
export const measuredFormat: MeasuredFormat = {
  id: "quartus-fit",
  stage: "logic",
  names: /\.(?:fit\.summary|(?:fit|flow)\.rpt)$/i,
  sniff: (text) => /^(?:Fitter Status\s*:|;\s*(?:Fitter|Flow) Status\s*;)/m.test(text),
  read: (text, file) => {
    const fields = fieldsOf(text);
    const counts = totalsOf(fields);
    if (counts.lut === undefined) return undefined;
    const version = fields.get("Quartus Prime Version") ?? fields.get("Quartus II Version") ?? "";
    return measuredDesign(`Quartus ${version.split(" ")[0] ?? ""} fitter`, file, {
      top: fields.get("Top-level Entity Name"),
      device: fields.get("Device"),
      counts,
      modules: entitiesOf(text),
    });
  },
};

/** What stands in tables of two columns and in lines `name : value`; of several of a name the first. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, ofTable, inTable, ofLine, inLine] of text.matchAll(
    /^(?:; +([^;\n]+?) *; *([^;\n]*?) *;.*|\s*([A-Z][^:;\n]*?) +: (.*?) *)$/gm,
  )) {
    const name = (ofTable ?? ofLine ?? "").replace(/\*$/, "");
    if (!fields.has(name)) fields.set(name, inTable ?? inLine ?? "");
  }
  return fields;
}

function totalsOf(fields: ReadonlyMap<string, string>): MeasuredCounts {
  const counts: MeasuredCounts = {};
  const set = (kind: keyof MeasuredCounts, name: string, times = 1): void => {
    const count = leadingNumber(fields.get(name));
    if (count !== undefined) counts[kind] ??= Math.ceil(count * times);
  };
  set("lut", "Total combinational functions");
  set("lut", "Logic utilization (in ALMs)", 2);
  set("lut", "Total logic elements");
  set("ff", "Total registers");
  set("bram", "Total RAM Blocks");
  for (const block of ["M9Ks", "M10K blocks", "M20K blocks"]) set("bram", block);
  // Bits say how many blocks there are only where there are none.
  if (leadingNumber(fields.get("Total memory bits")) === 0) counts.bram ??= 0;
  set("dsp", "Total DSP Blocks");
  // A multiplier of 18 bits is two of 9.
  set("dsp", "Embedded Multiplier 9-bit elements", 0.5);
  return counts;
}

/** `Fitter Resource Utilization by Entity`: a row for each instance, `whole (own)`; of an entity its first. */
function entitiesOf(text: string): readonly MeasuredModule[] {
  const start = text.indexOf("\n; Compilation Hierarchy Node");
  if (start < 0) return [];
  const [head = "", , ...rows] = text.slice(start + 1).split(/\r?\n/, entityLimit);
  const columns = cellsOf(head);
  const modules = new Map<string, MeasuredModule>();
  for (const row of rows) {
    if (!row.startsWith(";")) break;
    const cells = cellsOf(row);
    const at = (column: string): string | undefined => cells[columns.indexOf(column)];
    const path = at("Full Hierarchy Name") ?? "";
    const name = at("Entity Name") ?? path.slice(path.lastIndexOf("|") + 1).split(":")[0] ?? "";
    if (name !== "" && !modules.has(name)) modules.set(name, { name, counts: countsAt(at) });
  }
  return [...modules.values()];
}

const entityLimit = 5000;

function countsAt(at: (column: string) => string | undefined): MeasuredCounts {
  const sum = (...columns: readonly string[]): number | undefined => {
    const found = columns.flatMap((column) => leadingNumber(at(column)) ?? []);
    return found.length === 0 ? undefined : found.reduce((a, b) => a + b);
  };
  const alms = sum("ALMs needed [=A-B+C]");
  const counts = {
    lut: alms === undefined ? sum("LUT-Only LCs", "LUT/Register LCs") : Math.round(alms * 2),
    ff: sum("Dedicated Logic Registers"),
    bram: sum("M9Ks", "M10Ks", "M20Ks"),
    dsp: sum("DSP Blocks") ?? sum("DSP 9x9", "DSP 18x18"),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}

function cellsOf(row: string): readonly string[] {
  return row
    .split(";")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
