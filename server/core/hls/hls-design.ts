import type {
  Amount,
  Design,
  DesignLine,
  DesignLoop,
  DesignProblem,
  ResourceKind,
  Resources,
} from "../design/design.js";
import type { ChosenPart } from "../design/part.js";
import { withoutUpperEnd } from "../design/amount.js";
import { partFacts } from "../design/part-facts.js";
import { lineAt, lineStartsOf } from "../base/line-starts.js";
import type { TextSpan } from "../base/text-span.js";
import { causeText } from "./cause-text.js";
import { directiveOf } from "./directives.js";
import type { KernelEstimate } from "./estimate-kernel.js";
import type { LoopEstimate } from "./estimate/timing.js";
import { unitKey } from "./estimate/area.js";
import { operatorsOf } from "./estimate/schedule.js";
import type { Intervals } from "./estimate/profile.js";

/** An estimate as the report on a hardware description that editor and command line show. */
export function hlsDesign(
  estimate: KernelEstimate,
  file: string,
  text: string,
  part: ChosenPart,
  problems: readonly DesignProblem[],
  headers: readonly string[] = [],
): Design {
  const { target, profile, isMerlin, area } = estimate;
  const intervals = isMerlin ? profile.intervals.merlin : profile.intervals.plain;
  const lines = new Lines(text);
  const counted: Resources = {
    method: "estimated",
    counts: {
      lut: amount(area.lut, intervals.lut),
      ff: amount(area.ff, intervals.ff),
      dsp: amount(area.dsp, intervals.dsp),
      bram: amount(area.bram18, intervals.bram),
    },
  };
  const { uncounted } = estimate;
  const total = uncounted.length > 0 ? withoutUpperEnd(counted) : counted;
  const cycles =
    estimate.cycles === undefined ? undefined : amount(estimate.cycles, intervals.cycles);
  const interval =
    estimate.intervalCycles === undefined
      ? undefined
      : amount(estimate.intervalCycles, intervals.cycles);
  const place = { file, ...lines.range(target.nameSpan) };
  return {
    kind: "hls",
    top: target.name,
    ...partFacts(part),
    tool: `estimate of what ${profile.label} reports${isMerlin ? " behind Merlin" : ""}, ${clockText(isMerlin ? profile.clockNs : (profile.plain?.clockNs ?? profile.clockNs))} ns`,
    total,
    ...(uncounted.length > 0 && { without: uncounted }),
    fmaxHertz: undefined,
    latencyCycles: cycles,
    intervalCycles: interval,
    modules: [
      {
        name: target.name,
        variant: target.name,
        place,
        instanceCount: 1,
        own: total,
        whole: total,
        latencyCycles: cycles,
        intervalCycles: interval,
      },
    ],
    lines: lineCosts(estimate, file, lines, intervals),
    paths: [],
    loops: loopRows(estimate, file, lines, intervals),
    measured: [],
    problems,
    files: [file, ...headers],
  };
}

function clockText(nanoseconds: number): string {
  return String(Number(nanoseconds.toPrecision(3)));
}

export function amount(value: number, [low, high]: readonly [number, number]): Amount {
  const rounded = Math.round(value);
  return { value: rounded, low: Math.floor(value * low), high: Math.ceil(value * high) };
}

/** Offsets as zero-based lines and characters. */
export class Lines {
  readonly #starts: readonly number[];
  readonly length: number;

  constructor(text: string) {
    this.length = text.length;
    this.#starts = lineStartsOf(text);
  }

  line(offset: number): number {
    return lineAt(this.#starts, offset);
  }

  range({ start, end }: TextSpan): {
    line: number;
    character: number;
    endLine: number;
    endCharacter: number;
  } {
    const [line, endLine] = [this.line(start), this.line(end)];
    return {
      line,
      character: start - (this.#starts[line] ?? 0),
      endLine,
      endCharacter: end - (this.#starts[endLine] ?? 0),
    };
  }
}

/** One row for each loop of the text; a loop that is in place several times shows its slowest. */
function loopRows(
  { timing }: KernelEstimate,
  file: string,
  lines: Lines,
  intervals: Intervals,
): readonly DesignLoop[] {
  const rows = new Map<number, { readonly row: DesignLoop; readonly cycles: number }>();
  for (const one of timing.loops) {
    const { loop } = one;
    if (loop.isElsewhere === true) continue;
    const line = lines.line(loop.headerSpan.start);
    const known = rows.get(line);
    if (known !== undefined && known.cycles >= one.cycles) continue;
    rows.set(line, { row: loopRow(one, file, lines, intervals), cycles: one.cycles });
  }
  return [...rows.values()].map(({ row }) => row).sort((a, b) => a.line - b.line);
}

function loopRow(one: LoopEstimate, file: string, lines: Lines, intervals: Intervals): DesignLoop {
  const { loop } = one;
  const pipeline = directiveOf(loop.directives, "pipeline");
  const trip = loop.trip.average;
  const hasInterval = one.isPipelined && one.operators.length + one.cycles > 0;
  return {
    file,
    line: lines.line(loop.headerSpan.start),
    pragmaLine:
      pipeline === undefined || pipeline.isElsewhere === true
        ? undefined
        : lines.line(pipeline.span.start),
    label: loop.label === "" ? loop.iterator.replace(/^.*\.|\$\w*$/g, "") : loop.label,
    tripCount:
      trip === undefined ? undefined : { value: trip, low: trip, high: loop.trip.most ?? trip },
    isPipelined: one.isPipelined,
    unrollFactor: one.factor,
    initiationInterval: hasInterval ? one.interval : undefined,
    targetInterval: pipeline?.interval,
    cause: one.interval > 1 ? causeText(one.cause) : undefined,
    depthCycles: one.depth > 0 && loop.hasUncounted !== true ? one.depth : undefined,
    latencyCycles:
      trip === undefined || one.isUnrolled || loop.hasUncounted === true
        ? undefined
        : amount(one.cycles, intervals.cycles),
    resources: undefined,
  };
}

interface LineCost {
  dsp: number;
  lut: number;
  ff: number;
  /** Operators of each kind. */
  readonly needs: Map<string, number>;
  readonly notes: Set<string>;
}

/**
 * DSPs and look-up tables of the operators that each line works with. Lines that run after one another work with the same ones,
 * so that a line's share of the design is its part of each kind of operator, by how many it needs.
 */
function lineCosts(
  { timing, profile, area, units }: KernelEstimate,
  file: string,
  lines: Lines,
  intervals: Intervals,
): readonly DesignLine[] {
  const costs = new Map<number, LineCost>();
  const needed = new Map<string, number>();
  for (const { sites, interval, copies } of timing.regions)
    for (const site of sites) {
      if (site.span.start >= lines.length) continue;
      const line = lines.line(site.span.start);
      const cost = costs.get(line) ?? {
        dsp: 0,
        lut: 0,
        ff: 0,
        needs: new Map<string, number>(),
        notes: new Set<string>(),
      };
      costs.set(line, cost);
      for (const one of operatorsOf([site], profile)) {
        const count = Math.ceil(one.count / interval) * copies;
        const key = unitKey(one);
        needed.set(key, (needed.get(key) ?? 0) + count);
        cost.needs.set(key, (cost.needs.get(key) ?? 0) + count);
        cost.dsp += one.cost.dsp * count;
        cost.lut += one.cost.lut * count;
        cost.ff += one.cost.ff * count;
        if (one.cost.dsp > 0 || one.cost.latency > 4)
          cost.notes.add(
            `${one.op} ${one.types[0]?.kind ?? ""}${one.types[0]?.bits ?? ""} × ${count}`,
          );
      }
    }
  const lutOf = new Map(
    units.map(({ operator, count }) => [unitKey(operator), operator.cost.lut * count]),
  );
  const shareOf = (needs: ReadonlyMap<string, number>): number =>
    [...needs].reduce(
      (sum, [key, count]) => sum + ((lutOf.get(key) ?? 0) * count) / (needed.get(key) ?? count),
      0,
    ) / Math.max(1, area.lut);
  return [...costs]
    .sort(([a], [b]) => a - b)
    .filter(([, cost]) => cost.dsp > 0 || cost.lut > 0)
    .map(([line, { dsp, lut, ff, needs, notes }]) => ({
      file,
      line,
      kind: "line",
      resources: {
        method: "estimated",
        counts: counts({
          dsp: [dsp, intervals.dsp],
          lut: [lut, intervals.lut],
          ff: [ff, intervals.ff],
        }),
      },
      instanceCount: 1,
      share: shareOf(needs),
      notes: [...notes].slice(0, 4),
    }));
}

function counts(
  given: Readonly<Partial<Record<ResourceKind, readonly [number, readonly [number, number]]>>>,
): Resources["counts"] {
  return Object.fromEntries(
    Object.entries(given).map(([kind, [value, ends]]) => [kind, amount(value, ends)]),
  );
}
