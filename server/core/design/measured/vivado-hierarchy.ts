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
    // A bracketed row is what a module has beside its instances, which stands in its own row already.
    const instances = rows
      .slice(head + 1)
      .filter(([first = ""]) => !first.trim().startsWith("("))
      .map((cells) => {
        const module = cells[columns.indexOf("Module")]?.trim() ?? "";
        return { module: module === "(top)" ? (cells[0]?.trim() ?? "") : module, cells };
      })
      .filter(({ module }) => module !== "");
    const nameOf = sourceNames(instances.map(({ module }) => module));
    const modules: { readonly name: string; readonly counts: MeasuredCounts }[] = [];
    const known = new Set<string>();
    for (const { module, cells } of instances) {
      const name = nameOf(module);
      if (known.has(name)) continue;
      known.add(name);
      modules.push({ name, counts: countsOf(columns, cells) });
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

/**
 * Names of the source. Vivado calls the second instance of `arbiter` `arbiter_7`, one with other parameters `arbiter__parameterized0`, whose
 * second is `arbiter__parameterized0_9`, and copies for constraints `…__xdcDup__1`. Variants by parameters stay apart where there are several.
 */
function sourceNames(names: readonly string[]): (name: string) => string {
  const all = new Set(names);
  const withoutCopy = (name: string): string => {
    const plain = name.replace(/__xdcDup__\d+$/, "");
    const numbered = /^(.+)_\d+$/.exec(plain)?.[1];
    return numbered !== undefined && (all.has(numbered) || /__parameterized\d+$/.test(numbered))
      ? numbered
      : plain;
  };
  const baseOf = (name: string): string => name.replace(/__parameterized\d+$/, "");
  const variants = new Map<string, Set<string>>();
  for (const name of names) {
    const variant = withoutCopy(name);
    const base = baseOf(variant);
    variants.set(base, (variants.get(base) ?? new Set()).add(variant));
  }
  return (name) => {
    const variant = withoutCopy(name);
    const base = baseOf(variant);
    return variants.get(base)?.size === 1 ? base : variant;
  };
}

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
