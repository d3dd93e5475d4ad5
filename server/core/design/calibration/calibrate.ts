import { scaled } from "../amount.js";
import type {
  Amount,
  CalibratedQuantity,
  CalibratedValue,
  CalibratingReport,
  Design,
  DesignLoop,
  DesignModule,
  ResourceKind,
  Resources,
} from "../design.js";
import { resourceKinds } from "../design.js";
import { corrected, isByInstance } from "./corrected.js";
import { type Counted, countedOf, loopNames } from "./counted.js";
import { distanceBetween, fullTrust, logChange, type Trust, trustAt } from "./distance.js";
import type { PairSubject, ReportPair } from "./report-pair.js";

/**
 * A design's numbers as the project's own reports make them. Of each quantity the newest report that tells it counts, of the
 * same sources one of what was placed before one of synthesis alone; lines, paths and modules that no report lists change
 * as the whole does.
 */
export function calibrated(
  design: Design,
  pairs: readonly ReportPair[],
  state: { readonly subject: PairSubject; readonly sources: string },
): Design {
  const now = countedOf(design);
  const ranked = byRank(pairs).map((pair) => weighed(pair, now, state.sources));
  const ledger = new UseLedger();
  const total = design.total && correctedTotal(design.total, ranked, ledger);
  const sameParts = ranked.filter(({ pair }) => pair.subject.part === state.subject.part);
  const speed = correctedBy(design.fmaxHertz, sameParts, ({ fmaxHertz }) => fmaxHertz);
  const latency = correctedBy(design.latencyCycles, ranked, ({ latencyCycles }) => latencyCycles);
  if (speed !== undefined) ledger.add("fmax", speed);
  if (latency !== undefined) ledger.add("latency", latency);
  const loops = correctedLoops(design, ranked, state.sources, ledger);
  if (ledger.isEmpty) return design;
  const wholes = factorsOf(design.total, total);
  const period = speed && quotient(design.fmaxHertz, speed.amount);
  const cycles = latency && quotient(latency.amount, design.latencyCycles);
  const latencyCycles = latency?.amount ?? design.latencyCycles;
  const intervalCycles = design.intervalCycles && scaled(design.intervalCycles, cycles ?? 1);
  return {
    ...design,
    total,
    fmaxHertz: speed?.amount ?? design.fmaxHertz,
    latencyCycles,
    intervalCycles,
    modules: design.modules.map((module) =>
      module.name === design.top && total !== undefined
        ? { ...module, own: times(module.own, wholes), whole: total, latencyCycles }
        : correctedModule(module, design, ranked, wholes),
    ),
    lines: design.lines.map((line) => ({ ...line, resources: times(line.resources, wholes) })),
    paths: design.paths.map((path) => ({
      ...path,
      nanoseconds: scaled(path.nanoseconds, period ?? 1),
    })),
    loops,
    calibration: { reports: ledger.reports() },
  };
}

function byRank(pairs: readonly ReportPair[]): readonly ReportPair[] {
  const timeOf = ({ report }: ReportPair): number => Date.parse(report.time);
  const newest = new Map<string, number>();
  for (const pair of pairs)
    newest.set(pair.sources, Math.max(newest.get(pair.sources) ?? 0, timeOf(pair)));
  const ofSources = ({ sources }: ReportPair): number => newest.get(sources) ?? 0;
  return [...pairs].sort(
    (a, b) =>
      ofSources(b) - ofSources(a) ||
      Number(isPlaced(b)) - Number(isPlaced(a)) ||
      timeOf(b) - timeOf(a),
  );
}

/** Yosys counts before anything is placed; the other tools' reports of synthesis alone are refused or replaced by later ones. */
function isPlaced({ report }: ReportPair): boolean {
  return report.format !== "yosys-stat";
}

interface Weighed {
  readonly pair: ReportPair;
  readonly isSame: boolean;
  readonly trust: Trust;
}

function weighed(pair: ReportPair, now: Counted, sources: string): Weighed {
  const isSame = pair.sources === sources;
  return { pair, isSame, trust: isSame ? fullTrust : trustAt(distanceBetween(pair.ours, now)) };
}

interface Correction {
  readonly amount: Amount;
  readonly by: Weighed;
  readonly said: number;
  readonly counted: number;
}

function correctedBy(
  amount: Amount | undefined,
  ranked: readonly Weighed[],
  quantity: (counted: Counted) => number | undefined,
  kind?: ResourceKind,
): Correction | undefined {
  if (amount === undefined) return undefined;
  for (const by of ranked) {
    const [counted, said] = [quantity(by.pair.ours), quantity(by.pair.theirs)];
    if (counted === undefined || said === undefined) continue;
    const found = corrected(amount, { then: counted, said, kind }, by.trust);
    if (found !== undefined) return { amount: found, by, said, counted };
  }
  return undefined;
}

function correctedTotal(
  total: Resources,
  ranked: readonly Weighed[],
  ledger: UseLedger,
): Resources {
  const counts: Partial<Record<ResourceKind, Amount>> = { ...total.counts };
  let isChanged = false;
  for (const kind of resourceKinds) {
    const found = correctedBy(total.counts[kind], ranked, (counted) => counted.counts[kind], kind);
    if (found === undefined) continue;
    counts[kind] = found.amount;
    isChanged = true;
    if (found.said + found.counted > 0) ledger.add(kind, found);
  }
  return isChanged ? { method: "calibrated", counts } : total;
}

/** A module that the report lists follows it; what is in it, and all others, as the whole. */
function correctedModule(
  module: DesignModule,
  { modules }: Design,
  ranked: readonly Weighed[],
  wholes: Factors,
): DesignModule {
  const isOne = modules.filter(({ name }) => name === module.name).length === 1;
  const countsOf = ({ modules: listed }: Counted): Counted["counts"] | undefined => {
    const found = listed.filter(({ name }) => name === module.name);
    return found.length === 1 ? found[0]?.counts : undefined;
  };
  const counts: Partial<Record<ResourceKind, Amount>> = {};
  if (isOne)
    for (const kind of resourceKinds) {
      const found = correctedBy(
        module.whole.counts[kind],
        ranked,
        (one) => countsOf(one)?.[kind],
        kind,
      );
      if (found !== undefined) counts[kind] = found.amount;
    }
  if (Object.keys(counts).length === 0)
    return { ...module, own: times(module.own, wholes), whole: times(module.whole, wholes) };
  const whole: Resources = {
    method: "calibrated",
    counts: { ...times(module.whole, wholes).counts, ...counts },
  };
  return { ...module, own: times(module.own, factorsOf(module.whole, whole)), whole };
}

/** A loop by what was said of it, and as far as it is itself what it was. */
function correctedLoops(
  design: Design,
  ranked: readonly Weighed[],
  sources: string,
  ledger: UseLedger,
): readonly DesignLoop[] {
  return loopNames(design).map(({ name, loop }) => {
    for (const by of ranked) {
      const [then, said] = [by.pair.ours, by.pair.theirs].map(({ loops }) =>
        loops.find(({ label }) => label === name),
      );
      if (then === undefined || said === undefined) continue;
      const now = loop.latencyCycles?.value;
      const trust =
        by.pair.sources === sources ? fullTrust : trustAt(logChange(then.latencyCycles, now));
      const latencyCycles =
        loop.latencyCycles && then.latencyCycles !== undefined && said.latencyCycles !== undefined
          ? corrected(
              loop.latencyCycles,
              { then: then.latencyCycles, said: said.latencyCycles },
              trust,
            )
          : undefined;
      const isSameInterval = loop.initiationInterval === then.initiationInterval;
      const interval = isSameInterval ? said.initiationInterval : undefined;
      const depth = loop.depthCycles === then.depthCycles ? said.depthCycles : undefined;
      if (latencyCycles !== undefined) ledger.add("loops", { by });
      return {
        ...loop,
        latencyCycles: latencyCycles ?? loop.latencyCycles,
        initiationInterval: loop.initiationInterval && (interval ?? loop.initiationInterval),
        cause: interval === 1 ? undefined : loop.cause,
        depthCycles: loop.depthCycles && (depth ?? loop.depthCycles),
      };
    }
    return loop;
  });
}

type Factors = Readonly<Partial<Record<ResourceKind, number>>>;

/** What all parts of a whole are multiplied by. What is counted one by one stays where it is. */
function factorsOf(before: Resources | undefined, after: Resources | undefined): Factors {
  const factors: Partial<Record<ResourceKind, number>> = {};
  for (const kind of resourceKinds) {
    const [from, to] = [before?.counts[kind], after?.counts[kind]];
    if (from === undefined || to === undefined) continue;
    if (isByInstance(from, { then: from.value, said: to.value, kind })) continue;
    factors[kind] = to.value / from.value;
  }
  return factors;
}

function times(resources: Resources, factors: Factors): Resources {
  const counts = Object.entries(resources.counts).map(([kind, amount]) => [
    kind,
    scaled(amount, factors[kind as ResourceKind] ?? 1),
  ]);
  return { ...resources, counts: Object.fromEntries(counts) as Resources["counts"] };
}

function quotient(a: Amount | undefined, b: Amount | undefined): number | undefined {
  return a === undefined || b === undefined || b.value === 0 ? undefined : a.value / b.value;
}

/** Which report has said what. */
class UseLedger {
  readonly #uses = new Map<Weighed, Map<CalibratedQuantity, CalibratedValue>>();

  get isEmpty(): boolean {
    return this.#uses.size === 0;
  }

  add(
    what: CalibratedQuantity,
    { by, said, counted }: Pick<Correction, "by"> & Partial<Correction>,
  ): void {
    const uses = this.#uses.get(by) ?? new Map<CalibratedQuantity, CalibratedValue>();
    this.#uses.set(by, uses.set(what, { what, said, counted }));
  }

  reports(): readonly CalibratingReport[] {
    return [...this.#uses]
      .sort(([a], [b]) => Date.parse(b.pair.report.time) - Date.parse(a.pair.report.time))
      .map(([{ pair, trust, isSame }, uses]) => ({
        tool: pair.report.tool,
        file: pair.report.file,
        time: pair.report.time,
        values: [...uses.values()],
        trust: trust.ratio,
        isOfTheseSources: isSame,
      }));
  }
}
