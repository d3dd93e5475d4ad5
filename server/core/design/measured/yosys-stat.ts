import { addCounts } from "../rtl/line-ledger.js";
import { cellUse } from "../rtl/cell-use.js";
import { type MeasuredCounts, type MeasuredFormat, measuredDesign } from "./measured-format.js";

/** `tee -o stat.json stat -json` of Yosys. */
export const measuredFormat: MeasuredFormat = {
  id: "yosys-stat",
  names: /(?:stat|synth).*\.json$/i,
  sniff: (text) => /"creator"\s*:\s*"Yosys/.test(text) && /"num_cells_by_type"/.test(text),
  read: (text, file) => {
    const value = parse(text) as Stat | undefined;
    const modules = Object.entries(value?.modules ?? {}).map(
      ([name, { num_cells_by_type: cells = {} }]) => ({
        name: name.replace(/^\\/, ""),
        counts: countsOf(cells),
      }),
    );
    const whole = value?.design?.num_cells_by_type;
    if (modules.length === 0) return undefined;
    const version = /Yosys ([\d.+]+)/.exec(value?.creator ?? "")?.[1] ?? "";
    return measuredDesign(`Yosys ${version} stat`, file, {
      top: modules.length === 1 ? modules[0]?.name : undefined,
      counts: whole === undefined ? (modules[0]?.counts ?? {}) : countsOf(whole),
      modules,
    });
  },
};

interface Stat {
  readonly creator?: string;
  readonly modules?: Readonly<Record<string, { readonly num_cells_by_type?: Cells }>>;
  readonly design?: { readonly num_cells_by_type?: Cells };
}

type Cells = Readonly<Record<string, number>>;

function countsOf(cells: Cells): MeasuredCounts {
  const counts: MeasuredCounts = { lut: 0, ff: 0 };
  for (const [type, count] of Object.entries(cells))
    if (typeof count === "number") addCounts(counts, cellUse(type.replace(/^\\/, "")), count);
  return counts;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut off: nothing to compare.
    return undefined;
  }
}
