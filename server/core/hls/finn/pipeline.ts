import { formatJoules } from "../../base/units.js";
import type { Design, DesignModule, DesignProblem, Resources } from "../../design/design.js";
import { emptyDesign } from "../../design/empty-design.js";
import { partFacts } from "../../design/part-facts.js";
import type { ChosenPart } from "../../design/part.js";
import { amount } from "../hls-design.js";
import type { Hls4mlCosts } from "../hls4ml/costs.js";
import type { Hls4mlNetwork } from "../hls4ml/network.js";
import { estimatedResources, layerModule, type LayerCounts, leafModule } from "../layer-module.js";
import { unknownLayers } from "../unknown-layers.js";
import { foldFor } from "./fold.js";
import { type UnitCost, unitCost } from "./unit-cost.js";
import { type MatrixUnit, type Precision, type Unit, unitsOf, withDepth } from "./units.js";
import type { FinnWords } from "./words.js";

/** One pipeline: its units as folded, and what they come to. */
export interface Pipeline {
  readonly precision: Precision;
  readonly depth: number;
  readonly units: readonly { readonly unit: Unit; readonly cost: UnitCost }[];
  readonly interval: number;
  readonly latency: number;
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
}

export function pipelineOf(
  network: Hls4mlNetwork,
  precision: Precision,
  words: FinnWords,
  costs: Hls4mlCosts,
): Pipeline {
  const plain = unitsOf(network, precision, words);
  const { framesPerSecond, clockNs } = words;
  const folded =
    framesPerSecond === undefined
      ? plain
      : foldFor(plain, Math.floor(1e9 / clockNs / framesPerSecond));
  const units = folded.map((unit) => ({ unit, cost: unitCost(unit, costs, words.multipliers) }));
  const sum = (key: "lut" | "ff" | "dsp" | "bram18"): number =>
    units.reduce((total, { cost }) => total + cost[key], 0);
  const shell = costs.of("lutShell");
  const interval = Math.max(1, ...units.map(({ cost }) => cost.cycles));
  const last = units.at(-1)?.cost;
  return {
    precision,
    depth: units.filter(({ unit }) => unit.kind === "matrix").length,
    units,
    interval,
    // A unit starts when what it needs first is there; the last one then has to finish.
    latency: Math.round(
      units.slice(0, -1).reduce((total, { cost }) => total + cost.cycles * cost.fill, 0) +
        Math.max(interval * (units.some(({ unit }) => slides(unit)) ? 1 : 0), last?.cycles ?? 0),
    ),
    lut: shell + sum("lut"),
    ff: Math.round(shell * costs.of("ffPerLut")) + sum("ff"),
    dsp: sum("dsp"),
    bram18: sum("bram18"),
  };
}

function slides(unit: Unit): boolean {
  return unit.kind === "matrix" && unit.slides !== undefined;
}

/** The pipeline that the words ask for, or all of a sweep, of which the smallest gives the totals. */
export function finnDesign(
  network: Hls4mlNetwork,
  words: FinnWords,
  costs: Hls4mlCosts,
  part: ChosenPart,
  name: string,
): Design {
  if (!network.layers.some(({ kind }) => kind === "dense" || kind === "conv"))
    return emptyDesign("hls", [
      {
        code: "RP5345",
        severity: "error",
        message: "No layer of this model is one that FINN makes a unit of: dense, convolution.",
      },
    ]);
  const problems: DesignProblem[] = [];
  const pipelines: Pipeline[] = [];
  for (const depth of words.depths ?? [undefined])
    for (const weights of words.weights ?? [undefined])
      for (const activations of words.activations ?? [undefined]) {
        const own = depth === undefined ? network : withDepth(network, depth);
        if (own === undefined) {
          problems.push({
            code: "RP5346",
            severity: "error",
            message:
              "layers: only a network of two dense layers and more can have another number of them.",
          });
          return emptyDesign("hls", problems);
        }
        pipelines.push(pipelineOf(own, { weights, activations }, words, costs));
      }
  const smallest = pipelines.reduce((best, one) => (one.lut < best.lut ? one : best));
  const isSweep = pipelines.length > 1;
  problems.push(
    ...foldingProblems(pipelines, words),
    ...problemsOf(network, smallest, words, part),
  );
  return {
    ...emptyDesign("hls", problems),
    top: name,
    ...partFacts(part),
    tool: `streaming pipeline as FINN makes it, after synthesis, ${words.clockNs} ns; ${energyText(smallest, words, costs)}${isSweep ? `; of ${pipelines.length} designs the totals are those of the smallest` : ""}`,
    total: resources(smallest),
    latencyCycles: amount(smallest.latency, [0.8, 1.3]),
    intervalCycles: amount(smallest.interval, [0.95, 1.15]),
    modules: isSweep
      ? pipelines.map((one) => sweepModule(one, words, costs))
      : [...smallest.units.map(({ unit, cost }) => unitModule(unit, cost)), shellModule(costs)],
  };
}

/** What moves data between the pipeline and the memory of the board. */
function shellModule(costs: Hls4mlCosts): DesignModule {
  const lut = costs.of("lutShell");
  const own = resources({ lut, ff: Math.round(lut * costs.of("ffPerLut")), dsp: 0, bram18: 0 });
  return leafModule("shell", "shell: DMA and interconnect", own);
}

function unitModule(unit: Unit, cost: UnitCost): DesignModule {
  const variant = `${unit.name} ${unit.kind === "matrix" ? foldingText(unit) : unit.kind}`;
  const cycles = [cost.cycles, [0.95, 1.15]] as const;
  return layerModule(unit.name, variant, resources(cost), cycles, cycles);
}

function foldingText({ rows, window, pe, simd, bits }: MatrixUnit): string {
  const act = bits.outputs === 0 ? "" : `, ${bits.outputs}-bit out`;
  return `${window}→${rows} PE ${pe} SIMD ${simd}, ${bits.weights}×${bits.inputs} bits${act}`;
}

function sweepModule(one: Pipeline, words: FinnWords, costs: Hls4mlCosts): DesignModule {
  const { precision, depth } = one;
  const bits = (value: number | undefined): string => (value === undefined ? "own" : String(value));
  const name = `${bits(precision.weights)} × ${bits(precision.activations)} bits, ${depth} layers`;
  return layerModule(
    name,
    `${name}, ${energyText(one, words, costs)}`,
    resources(one),
    [one.latency, [0.8, 1.3]],
    [one.interval, [0.95, 1.15]],
  );
}

function resources(cost: LayerCounts): Resources {
  return estimatedResources(cost, {
    lut: [0.7, 1.5],
    ff: [0.6, 1.5],
    dsp: [0.8, 1.3],
    bram: [0.75, 1.4],
  });
}

/** Joules of an inference as an interval: alone at work, and with the board and the software around the call where they are told. */
export function energyOf(
  { lut, interval, latency }: Pipeline,
  { clockNs, boardWatts, hostSeconds }: FinnWords,
  costs: Hls4mlCosts,
): {
  readonly low: number;
  readonly high: number;
  /** Of one call with its software, on the board. */
  readonly call?: { readonly seconds: number; readonly low: number; readonly high: number };
} {
  const dynamic = lut / (clockNs * 1e-9);
  const watts = ([low, high]: readonly [string, string]): readonly [number, number] => [
    costs.of(`watts.${low}`) + dynamic * costs.of("watts.joulesPerLutCycleLow"),
    costs.of(`watts.${high}`) + dynamic * costs.of("watts.joulesPerLutCycleHigh"),
  ];
  const [low, high] = watts(["staticLow", "staticHigh"]);
  const each = interval * clockNs * 1e-9;
  const alone = { low: low * each, high: high * each };
  if (boardWatts === undefined) return alone;
  const seconds = latency * clockNs * 1e-9 + (hostSeconds ?? 0);
  // What multiplies draws its power only while it is at work.
  const busy = latency * clockNs * 1e-9;
  return {
    ...alone,
    call: {
      seconds,
      low: boardWatts * seconds + (low - costs.of("watts.staticLow")) * busy,
      high: boardWatts * seconds + (high - costs.of("watts.staticHigh")) * busy,
    },
  };
}

function energyText(one: Pipeline, words: FinnWords, costs: Hls4mlCosts): string {
  const { low, high, call } = energyOf(one, words, costs);
  const each = one.interval * words.clockNs * 1e-9;
  const rate = (1 / each).toLocaleString("en-US", { maximumSignificantDigits: 3 });
  const alone = `${rate}/s, ${formatJoules(low)}–${formatJoules(high)} an inference (watts assumed)`;
  return call === undefined
    ? alone
    : `${alone}, a call on the board ${(1e3 * call.seconds).toPrecision(3)} ms and ${formatJoules(call.low)}–${formatJoules(call.high)}`;
}

/** What is said of layers that no pipeline has, and foldings that do not divide a matrix. */
function foldingProblems(
  pipelines: readonly Pipeline[],
  { folding }: FinnWords,
): readonly DesignProblem[] {
  const matrices = pipelines.flatMap(({ units }) =>
    units.flatMap(({ unit }) => (unit.kind === "matrix" ? unit : [])),
  );
  const names = [...new Set(matrices.map(({ name }) => name))];
  const uneven = new Set<string>();
  for (const { keys, name, pe, simd, rows, window } of matrices) {
    const asked = keys.map((key) => folding.get(key)).find((one) => one !== undefined);
    for (const [what, wanted, taken, extent] of [
      ["PE", asked?.pe, pe, `${rows} rows`],
      ["SIMD", asked?.simd, simd, `${window} columns`],
    ] as const)
      if (wanted !== undefined && wanted !== taken)
        uneven.add(
          `${what} ${wanted} does not divide the ${extent} of \`${name}\`: ${taken} is taken.`,
        );
  }
  return [
    ...unknownLayers(
      folding.keys(),
      (asked) => matrices.some(({ keys }) => keys.includes(asked)),
      names,
    ),
    ...[...uneven].map((message) => ({ code: "RP5349", severity: "warning" as const, message })),
  ];
}

function problemsOf(
  { skipped }: Hls4mlNetwork,
  { units, lut, bram18, interval }: Pipeline,
  { framesPerSecond, clockNs }: FinnWords,
  { part }: ChosenPart,
): readonly DesignProblem[] {
  const problems: DesignProblem[] = [];
  if (skipped.length > 0)
    problems.push({
      code: "RP5341",
      severity: "warning",
      message: `No unit is made of ${skipped.join(", ")} here; they count nothing.`,
    });
  if (framesPerSecond !== undefined && interval * clockNs * 1e-9 * framesPerSecond > 1) {
    const slowest = units.reduce((worst, one) =>
      one.cost.cycles > worst.cost.cycles ? one : worst,
    );
    problems.push({
      code: "RP5347",
      severity: "warning",
      message: `\`${slowest.unit.name}\` takes ${slowest.cost.cycles.toLocaleString("en-US")} cycles even fully unrolled: ${Math.floor(1e9 / clockNs / interval).toLocaleString("en-US")} inferences a second at most.`,
    });
  }
  for (const [kind, count, most] of [
    ["LUTs", lut, part?.capacity.lut],
    ["RAMB18", bram18, part?.capacity.bram],
  ] as const)
    if (most !== undefined && count > most)
      problems.push({
        code: "RP5342",
        severity: "warning",
        message: `${Math.round(count).toLocaleString("en-US")} ${kind} of ${most.toLocaleString("en-US")}: ask for fewer inferences a second or fewer bits.`,
      });
  return problems;
}
