import { addCounts } from "../rtl/line-ledger.js";
import { cellUse } from "../rtl/cell-use.js";
import { type MeasuredCounts, type MeasuredFormat, measuredDesign } from "./measured-format.js";

/** `tee -o stat.json stat -json` of Yosys. */
export const measuredFormat: MeasuredFormat = {
  id: "yosys-stat",
  stage: "logic",
  names: /(?:stat|synth).*\.json$/i,
  sniff: (text) => /"creator"\s*:\s*"Yosys/.test(text) && /"num_cells_by_type"/.test(text),
  read: (text, file) => {
    const value = parse(text) as Stat | undefined;
    const modules = Object.entries(value?.modules ?? {}).map(
      ([name, { num_cells_by_type: cells = {} }]) => ({
        name: name.replace(/^\\/, ""),
        counts: countsOf(cells, "local_count"),
      }),
    );
    const whole = value?.design?.num_cells_by_type;
    if (modules.length === 0) return undefined;
    const version = /Yosys ([\d.+]+)/.exec(value?.creator ?? "")?.[1] ?? "";
    return measuredDesign(`Yosys ${version} stat`, file, {
      top: modules.length === 1 ? modules[0]?.name : undefined,
      counts: whole === undefined ? (modules[0]?.counts ?? {}) : countsOf(whole, "count"),
      modules,
    });
  },
};

interface Stat {
  readonly creator?: string;
  readonly modules?: Readonly<Record<string, { readonly num_cells_by_type?: Cells }>>;
  readonly design?: { readonly num_cells_by_type?: Cells };
}

/** With a liberty file or hierarchy Yosys since 0.52 says of each type how many and how large, with and without the modules inside. */
type Cells = Readonly<
  Record<string, number | { readonly count?: number; readonly local_count?: number }>
>;

function countsOf(cells: Cells, which: "count" | "local_count"): MeasuredCounts {
  const counts: MeasuredCounts = { lut: 0, ff: 0 };
  for (const [type, said] of Object.entries(cells)) {
    const count = typeof said === "number" ? said : (said[which] ?? said.count);
    if (typeof count === "number") addCounts(counts, cellUse(type.replace(/^\\/, "")), count);
  }
  return counts;
}

function parse(text: string): unknown {
  try {
    // A log may go before it, and `End of script.` after.
    return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  } catch {
    // Cut off: nothing to compare.
    return undefined;
  }
}
