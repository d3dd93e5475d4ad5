import type { SourceRange } from "../../base/text-span.js";
import { exactly, scaled, withoutNoise } from "../amount.js";
import type {
  Amount,
  Design,
  DesignLine,
  DesignMethod,
  DesignModule,
  DesignPath,
  DesignProblem,
  ResourceKind,
  Resources,
} from "../design.js";
import { isVhdl } from "../file-kinds.js";
import { partFacts } from "../part-facts.js";
import type { ChosenPart } from "../part.js";
import { attributeModule, timesCounts } from "./attribute.js";
import { blocksOf } from "./blocks.js";
import type { CellUse } from "./cell-use.js";
import { type Hierarchy, hierarchyOf, sourceName, variantName } from "./hierarchy.js";
import { type Counts, LineLedger, type LedgerLine, addCounts } from "./line-ledger.js";
import { memoryPlaces } from "./memory-places.js";
import type { NetModule, Netlist } from "./netlist.js";
import { netPlaces } from "./net-places.js";
import { PathPlaces } from "./path-places.js";
import { portTimings } from "./port-timing.js";
import { RegisterLines } from "./register-lines.js";
import { type FileNames, readSrc } from "./source-names.js";
import { longestPaths } from "./timing.js";

/** What a synthesis has answered. */
export interface Synthesis {
  readonly top: string;
  /** After elaboration: what the source says, with its hierarchy. */
  readonly elaborated: Netlist;
  /** Before and after the mapping to LUTs; one module when it was flattened. */
  readonly gates: Netlist;
  readonly cells: Netlist;
  /** Names of the family's own cells, which no source has to define. */
  readonly primitives: ReadonlySet<string>;
  readonly isFlat: boolean;
  readonly resizedPorts: readonly ResizedPort[];
  readonly files: FileNames;
  /** By absolute path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly tool: string;
  readonly use: (type: string) => CellUse;
}

/** A connection that elaboration has made as wide as its port. */
export interface ResizedPort {
  /** Module, instance and port: `top.u.a`. */
  readonly path: string;
  readonly given: number;
  readonly wanted: number;
}

const pathLimit = 10;

/** Everything that is shown of RTL, from what was synthesised. */
export function rtlDesign(
  synthesis: Synthesis,
  part: ChosenPart,
  problems: readonly DesignProblem[] = [],
): Design {
  const { top, elaborated, files, texts } = synthesis;
  const hierarchy = hierarchyOf(elaborated, top);
  const ledger = new LineLedger();
  const own = ownCounts(synthesis, hierarchy, ledger);
  const total: Counts = {};
  for (const [name, counts] of own)
    addCounts(total, counts, synthesis.isFlat ? 1 : (hierarchy.counts.get(name) ?? 0));
  const toResources = resourcesOf(part, synthesis.isFlat ? {} : leastOfKept);
  const lines = ledger.entries();
  const instances = instancesByLine(elaborated, hierarchy, files);
  const designLines = [
    ...lines.map((line) => lineOf(line, total, toResources, instances)),
    ...blockLines(lines, texts, total, toResources, instances),
  ].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  const { paths, fmaxHertz } = timingOf(synthesis, part);
  return {
    kind: "rtl",
    top: sourceName(elaborated.modules.get(top) ?? { name: top, attributes: {} }),
    ...partFacts(part),
    tool: synthesis.tool,
    total: toResources(total, "synthesised"),
    fmaxHertz,
    modules: modulesOf(synthesis, hierarchy, own, lines, toResources),
    lines: designLines,
    paths,
    loops: [],
    measured: [],
    problems,
    files: [...texts.keys()],
  };
}

type ToResources = (counts: Counts, method: DesignMethod) => Resources;

/** Own cells of each module that was mapped, its lines in the ledger. */
function ownCounts(
  { top, elaborated, gates, cells, isFlat, files, texts, use }: Synthesis,
  hierarchy: Hierarchy,
  ledger: LineLedger,
): ReadonlyMap<string, Counts> {
  const registers = new RegisterLines(texts);
  const nets = netPlaces(elaborated.modules.values(), files);
  const own = new Map<string, Counts>();
  for (const [name, module] of cells.modules) {
    const times = isFlat ? (name === top ? 1 : 0) : (hierarchy.counts.get(name) ?? 0);
    if (times === 0) continue;
    const place = readSrc((elaborated.modules.get(name) ?? module).attributes["src"], files).slice(
      0,
      1,
    );
    const memories = memoryPlaces(elaborated, name, files, isFlat);
    own.set(
      name,
      attributeModule(
        ledger,
        { gates: gates.modules.get(name), cells: module, times },
        { files, registers, memories, nets, use, fallback: place },
      ),
    );
  }
  return own;
}

/**
 * How much less there may be than of modules mapped one by one, where nothing is optimised across them and a memory does not find its
 * registers: PicoSoC's hx8kdemo takes 0.70 of the LUTs and 0.61 of the flip-flops when it is flattened for iCE40, SERV's servant 0.81 of the
 * LUTs; PicoSoC on 7 series the same either way.
 */
const leastOfKept: Readonly<Partial<Record<ResourceKind, number>>> = {
  lut: 0.7,
  ff: 0.6,
  gate: 0.7,
};
/** The same two take 0.79 and 0.90 of the time. */
const leastTimeOfKept = 0.78;

/** Counts as the family's own tool would give them. */
function resourcesOf(
  { family }: ChosenPart,
  least: Readonly<Partial<Record<ResourceKind, number>>>,
): ToResources {
  const kinds = new Set<ResourceKind>(
    family.id === "asic" ? ["gate", "ff", "latch"] : ["lut", "lutram", "ff", "latch", "carry"],
  );
  if (family.dsp !== undefined) kinds.add("dsp");
  if (family.blockRam !== undefined) kinds.add("bram");
  if (family.ultraRam !== undefined) kinds.add("uram");
  return (counts, method) => {
    const amounts: Partial<Record<ResourceKind, Amount>> = {};
    for (const kind of kinds) {
      const count = counts[kind] ?? 0;
      const factor = family.factors[kind];
      // LUTs that are memories are what they are, whoever maps them.
      const fixed = kind === "lut" ? (counts.lutram ?? 0) : 0;
      const amount =
        factor === undefined
          ? exactly(count)
          : shifted(scaled(factor, Math.max(0, count - fixed)), fixed);
      amounts[kind] = withoutNoise({ ...amount, low: amount.low * (least[kind] ?? 1) });
    }
    return { method, counts: amounts };
  };
}

function shifted({ value, low, high }: Amount, by: number): Amount {
  return { value: value + by, low: low + by, high: high + by };
}

function shareOf(counts: Counts, total: Counts): number {
  for (const kind of ["lut", "gate", "ff", "dsp", "bram"] as const) {
    const whole = total[kind] ?? 0;
    if (whole > 0) return Math.min(1, (counts[kind] ?? 0) / whole);
  }
  return 0;
}

type InstancesByLine = (file: string, line: number) => number;

function lineOf(
  { file, line, counts, notes }: LedgerLine,
  total: Counts,
  toResources: ToResources,
  instances: InstancesByLine,
): DesignLine {
  return {
    file,
    line,
    kind: "line",
    resources: toResources(counts, "attributed"),
    instanceCount: instances(file, line),
    share: shareOf(counts, total),
    notes,
  };
}

function blockLines(
  lines: readonly LedgerLine[],
  texts: ReadonlyMap<string, string>,
  total: Counts,
  toResources: ToResources,
  instances: InstancesByLine,
): readonly DesignLine[] {
  const found: DesignLine[] = [];
  for (const [file, text] of texts) {
    if (isVhdl(file)) continue;
    const own = lines.filter((line) => line.file === file);
    if (own.length === 0) continue;
    for (const { first, last } of blocksOf(text)) {
      if (first === last) continue;
      const counts: Counts = {};
      const inside = own.filter(({ line }) => first <= line && line <= last);
      for (const line of inside) addCounts(counts, line.counts);
      if (inside.length === 0) continue;
      found.push({
        file,
        line: first,
        kind: "block",
        resources: toResources(counts, "attributed"),
        instanceCount: instances(file, first),
        share: shareOf(counts, total),
        notes: [...new Set(inside.flatMap(({ notes }) => notes))].slice(0, 4),
      });
    }
  }
  return found;
}

interface ModuleRange {
  readonly range: SourceRange;
  readonly count: number;
  readonly name: string;
}

function moduleRanges(
  { modules }: Netlist,
  { counts }: Hierarchy,
  files: FileNames,
): readonly ModuleRange[] {
  const ranges = new Map<string, ModuleRange>();
  for (const [name, module] of modules) {
    const count = counts.get(name) ?? 0;
    const [range] = readSrc(module.attributes["src"], files);
    if (count === 0 || range === undefined) continue;
    const key = `${range.file}:${range.line}`;
    const known = ranges.get(key);
    ranges.set(key, { range, count: count + (known?.count ?? 0), name: sourceName(module) });
  }
  return [...ranges.values()];
}

function instancesByLine(
  elaborated: Netlist,
  hierarchy: Hierarchy,
  files: FileNames,
): InstancesByLine {
  const ranges = moduleRanges(elaborated, hierarchy, files);
  return (file, line) =>
    ranges.find(({ range }) => range.file === file && range.line <= line && line <= range.endLine)
      ?.count ?? 1;
}

function modulesOf(
  { elaborated, isFlat, files }: Synthesis,
  hierarchy: Hierarchy,
  own: ReadonlyMap<string, Counts>,
  lines: readonly LedgerLine[],
  toResources: ToResources,
): readonly DesignModule[] {
  const ranges = moduleRanges(elaborated, hierarchy, files);
  const flatOwn = (module: NetModule): Counts => {
    const [place] = readSrc(module.attributes["src"], files);
    const found = ranges.find(
      ({ range }) => range.file === place?.file && range.line === place.line,
    );
    const counts: Counts = {};
    if (found === undefined) return counts;
    const { range, count } = found;
    for (const line of lines)
      if (line.file === range.file && range.line <= line.line && line.line <= range.endLine)
        addCounts(counts, line.counts, 1 / count);
    return counts;
  };
  const ownOf = (name: string): Counts => {
    const module = elaborated.modules.get(name);
    if (!isFlat) return own.get(name) ?? {};
    return module === undefined ? {} : flatOwn(module);
  };
  const wholes = new Map<string, Counts>();
  const wholeOf = (name: string, depth = 0): Counts => {
    const known = wholes.get(name);
    if (known !== undefined) return known;
    const counts = { ...timesCounts(ownOf(name), 1) };
    if (depth < 64)
      for (const [child, times] of hierarchy.children.get(name) ?? [])
        addCounts(counts, wholeOf(child, depth + 1), times);
    wholes.set(name, counts);
    return counts;
  };
  const method: DesignMethod = isFlat ? "attributed" : "synthesised";
  return [...hierarchy.counts].flatMap(([name, instanceCount]): DesignModule[] => {
    const module = elaborated.modules.get(name);
    if (module === undefined) return [];
    return [
      {
        name: sourceName(module),
        variant: variantName(module),
        place: readSrc(module.attributes["src"], files)[0],
        instanceCount,
        own: toResources(ownOf(name), method),
        whole: toResources(wholeOf(name), method),
      },
    ];
  });
}

function timingOf(
  { top, gates, cells, isFlat, files }: Synthesis,
  { family, part, speedGrade }: ChosenPart,
): { readonly paths: readonly DesignPath[]; readonly fmaxHertz: Amount | undefined } {
  const table = family.timing;
  if (table === undefined) return { paths: [], fmaxHertz: undefined };
  const grade = (table.grades[speedGrade ?? ""] ?? 1) * (part?.speed ?? 1) * table.vendor;
  const names = isFlat ? [top] : [...cells.modules.keys()];
  const toAmount = (nanoseconds: number): Amount => ({
    value: nanoseconds * grade,
    low: nanoseconds * grade * table.low * (isFlat ? 1 : leastTimeOfKept),
    high: nanoseconds * grade * table.high,
  });
  const ports = isFlat ? new Map<string, never>() : portTimings(cells, top, table);
  const timed = names.flatMap((name) => {
    const module = cells.modules.get(name);
    if (module === undefined) return [];
    const registered = longestPaths(module, table, { limit: pathLimit, hasPorts: false, ports });
    const found =
      registered.length > 0
        ? registered
        : longestPaths(module, table, { limit: pathLimit, hasPorts: true, ports });
    const gateModule = gates.modules.get(name);
    const places = gateModule && new PathPlaces(gateModule, files);
    return found.map((path) => ({ path, isRegistered: registered.length > 0, places }));
  });
  timed.sort((a, b) => b.path.nanoseconds - a.path.nanoseconds);
  const paths = timed.slice(0, pathLimit).map(({ path, places }): DesignPath => {
    const through = places?.through(path.end.name) ?? { places: [], worst: undefined };
    const ends = [path.start.cell, path.end.cell].map(
      (cell) => readSrc(cell?.attributes["src"], files)[0],
    );
    const hard = path.cells.flatMap(({ cell }) =>
      readSrc(cell.attributes["src"], files).slice(0, 1),
    );
    const all = through.places.length > 0 ? through.places : hard;
    return {
      start: path.start.name,
      end: path.end.name,
      nanoseconds: toAmount(path.nanoseconds),
      levels: path.levels,
      places: unique([ends[0], ...all, ends[1]]),
      worst: through.worst ?? hard[0] ?? ends[1],
    };
  });
  const longest = timed.find(({ isRegistered }) => isRegistered);
  if (longest === undefined) return { paths, fmaxHertz: undefined };
  // No clock is faster than its network.
  const least = (table.period * grade) / table.vendor;
  const { value, low, high } = atLeast(toAmount(longest.path.nanoseconds), least);
  return { paths, fmaxHertz: { value: 1e9 / value, low: 1e9 / high, high: 1e9 / low } };
}

function atLeast({ value, low, high }: Amount, least: number): Amount {
  return {
    value: Math.max(value, least),
    low: Math.max(low, least),
    high: Math.max(high, least),
  };
}

function unique(places: readonly (SourceRange | undefined)[]): readonly SourceRange[] {
  const found = new Map<string, SourceRange>();
  for (const place of places)
    if (place !== undefined) found.set(`${place.file}:${place.line}`, place);
  return [...found.values()];
}
