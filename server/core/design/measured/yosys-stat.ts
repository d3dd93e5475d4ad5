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
    const { creator = "", modules = {}, design } = (parse(text) ?? {}) as Stat;
    const listed = new Map(
      Object.entries(modules).map(([name, { num_cells_by_type: cells = {} }]) => [
        name.replace(/^\\/, ""),
        cellsOf(cells, "local_count"),
      ]),
    );
    if (listed.size === 0) return undefined;
    const inner = new Set([...listed.values()].flatMap((cells) => [...cells.keys()]));
    const tops = [...listed.keys()].filter((name) => !inner.has(name));
    const top = tops.length === 1 ? tops[0] : undefined;
    const whole = design?.num_cells_by_type;
    const version = /Yosys ([\d.+]+)/.exec(creator)?.[1] ?? "";
    return measuredDesign(`Yosys ${version} stat`, file, {
      top: top && sourceNameOf(top),
      counts:
        whole === undefined
          ? countsIn(listed, top ?? "")
          : countsIn(new Map([["", cellsOf(whole, "count")]]), ""),
      modules: [...listed.keys()].map((name) => ({
        name: sourceNameOf(name),
        counts: countsIn(listed, name),
      })),
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

type CellCounts = ReadonlyMap<string, number>;

function cellsOf(cells: Cells, which: "count" | "local_count"): CellCounts {
  const counts = Object.entries(cells).map(([type, said]): [string, number] => {
    const count = typeof said === "number" ? said : (said[which] ?? said.count);
    return [type.replace(/^\\/, ""), typeof count === "number" ? count : 0];
  });
  return new Map(counts);
}

/** Of a module with those in it, as far as they are listed; `depth` ends what a false list leads round in. */
function countsIn(
  listed: ReadonlyMap<string, CellCounts>,
  name: string,
  depth = 0,
): MeasuredCounts {
  const counts: MeasuredCounts = { lut: 0, ff: 0 };
  for (const [type, count] of listed.get(name) ?? []) {
    const isModule = listed.has(type) && depth < depthLimit;
    addCounts(counts, isModule ? countsIn(listed, type, depth + 1) : cellUse(type), count);
  }
  return counts;
}

const depthLimit = 12;

/** Of `$paramod\\fifo\\DEPTH=s32'…` and `$paramod$1f3a…\\fifo`. */
function sourceNameOf(name: string): string {
  return name.startsWith("$paramod") ? (name.split("\\")[1] ?? name) : name;
}

function parse(text: string): unknown {
  try {
    // A log may go before it, and `End of script.` after; older releases draw the tree of modules into it.
    const whole = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
    return JSON.parse(whole.replace(/^[^"{}[\]\n]*[^"{}[\],\s][^"{}[\]\n]*$/gm, ""));
  } catch {
    // Cut off: nothing to compare.
    return undefined;
  }
}
