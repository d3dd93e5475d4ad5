import type { MappedAccelerator } from "../accelerator/as-target.js";
import { areaOf, type AreaEstimate } from "../accelerator/area.js";
import { elementCount, type Accelerator } from "../accelerator/accelerator.js";
import { explainMapping } from "../accelerator/explain.js";
import { canFuse, type FusedStack } from "../accelerator/fusion/choose-stacks.js";
import type { Overlap } from "../accelerator/fusion/plan.js";
import { planText, repeatOf } from "../accelerator/fusion/stack-words.js";
import { mapModel, type ModelMapping } from "../accelerator/map-model.js";
import type { EnergyParts } from "../accelerator/energy.js";
import type { KernelMapping, Limit } from "../accelerator/map-kernel.js";
import { parametersOf } from "../accelerator/parameters.js";
import { schedule } from "../accelerator/schedule.js";
import {
  searchDesigns,
  type SearchQuestion,
  type SearchResult,
} from "../accelerator/search-designs.js";
import {
  missesOf,
  sweep,
  type DesignLimits,
  type LimitedMeasure,
  type SweepPoint,
  type SweptParameter,
  type Workload,
} from "../accelerator/sweep.js";
import { visiblePart } from "../accelerator/visible-part.js";
import type { Analysis, TargetAnalysis } from "../analysis.js";
import { formatBytes, formatShare } from "../base/units.js";
import { rtlSubjectOf, type RtlPrices, type RtlSubject } from "../accelerator/rtl-price.js";
import type { Kernel } from "../lower/lowered.js";
import type { Alternative, Metric } from "../search/alternatives.js";
import { nodeLabel } from "./layer-cost.js";
import { tellingNames } from "./telling-names.js";

export interface MappingParams {
  /** An accelerator's target; the first one that is chosen when it is not among them. */
  readonly target: string | null;
  readonly sweep: readonly SweptParameter[];
  /** Tries so many combinations instead of all. */
  readonly search?: SearchQuestion;
  readonly limits?: DesignLimits;
  /** Layers may run tile by tile with others, also where the accelerator's file does not say so. */
  readonly fuses?: boolean;
  /** A layer may be dealt out to several engines, also where the file does not say so. */
  readonly splits?: boolean;
  /** The part that the accelerator's own RTL is synthesised for, where there is one: the server adds `prices`. */
  readonly part?: string;
}

/** Kernels of several engines or models at work at once. */
export interface AtOnce {
  readonly cycles: number;
  readonly seconds: number;
  /** The same one after the other. */
  readonly turnSeconds: number;
  readonly joules: number;
  readonly dramBytes: number;
  readonly models: readonly { readonly name: string; readonly seconds: number }[];
  /** Share of the time in which each engine works. */
  readonly engines: readonly { readonly name: string; readonly busy: number }[];
}

/** A model on an accelerator, layer by layer, with what the array costs; null when no accelerator is chosen. */
export interface MappingView {
  readonly targetId: string;
  readonly label: string;
  readonly accelerator: {
    readonly id: string;
    readonly name: string;
    readonly source: string | null;
    readonly precision: string;
    readonly engine: Accelerator["engine"];
    readonly cores: number;
    readonly clock: number;
    readonly node: number;
    readonly elementCount: number;
    readonly buffers: readonly { readonly name: string; readonly size: number }[];
    readonly parameters: readonly string[];
  };
  readonly totals: {
    readonly cycles: number;
    readonly intervalCycles: number;
    readonly seconds: number;
    readonly macs: number;
    readonly utilization: number;
    readonly meanUtilization: number;
    readonly joules: number;
    readonly watts: number;
    readonly dramBytes: number;
    readonly area: AreaEstimate | null;
    /** Nodes that are not costed: the sums leave them out. */
    readonly uncostedCount: number;
  };
  readonly layers: readonly MappedLayer[];
  /** Whether layers were tried tile by tile together, and those that run so. */
  readonly fuses: boolean;
  /** Whether layers may be dealt out to several engines; null where there is one engine. */
  readonly splits: boolean | null;
  readonly stacks: readonly MappedStack[];
  /** Null of one engine with one model. */
  readonly atOnce: AtOnce | null;
  readonly limits: DesignLimits;
  /** Limits that the design as it is exceeds. */
  readonly misses: readonly LimitedMeasure[];
  readonly sweep: readonly SweepPoint[];
  /** What the search methods found; null where all combinations were tried. */
  readonly search: Pick<SearchResult, "runs" | "proxies"> | null;
  /** The same points as alternatives, for the plot. */
  readonly alternatives: readonly Alternative[];
  /** The RTL that the accelerator was read from; null of an architecture file. */
  readonly rtl: RtlSubject | null;
  /** What that RTL takes at every point of the sweep; null where nobody asked. */
  readonly prices: RtlPrices | null;
  readonly complaints: readonly string[];
  /** Targets that are accelerators, of those chosen. */
  readonly targets: readonly { readonly id: string; readonly label: string }[];
}

/** Layers that run tile by tile, all on one tile before the next, beside what they would take one after the other. */
export interface MappedStack {
  readonly nodeIds: readonly number[];
  /** As the layers' short names. */
  readonly names: readonly string[];
  /** Results of the last layer in a tile. */
  readonly tile: { readonly rows: number; readonly columns: number; readonly count: number };
  readonly overlap: Overlap;
  readonly keepsWeights: boolean;
  readonly buffer: string;
  /** In the buffer at once: pieces of activations, what is kept of them for other tiles, and weights that stay. */
  readonly tileBytes: number;
  readonly overlapBytes: number;
  readonly weightBytes: number;
  /** Multiply-accumulates that are made ÷ those that are needed. */
  readonly repeat: number;
  readonly cycles: number;
  readonly dramBytes: number;
  readonly joules: number;
  readonly alone: { readonly cycles: number; readonly dramBytes: number; readonly joules: number };
  readonly text: string;
}

export interface MappedLayer {
  readonly nodeId: number;
  /** The name, or where it is long what tells it from the others. */
  readonly shortName: string;
  /** Index among the stacks; null of layers by themselves. */
  readonly stack: number | null;
  readonly name: string;
  readonly op: string;
  readonly kind: string;
  readonly macs: number;
  /** Of the arithmetic, two for each multiply-accumulate, over the bytes of all operands once: what decides which engine suits it. */
  readonly operationsPerByte: number;
  readonly cycles: number;
  readonly computeCycles: number;
  readonly vectorCycles: number;
  readonly bufferCycles: number;
  readonly dramCycles: number;
  readonly seconds: number;
  /** Of the layer as a whole, and of the engine while it works. */
  readonly utilization: number;
  readonly engineUtilization: number;
  /** Which of several engines runs it; null where there is one. */
  readonly engine: string | null;
  readonly limit: Limit;
  readonly limitingMemory: string | null;
  readonly traffic: readonly {
    readonly memory: string;
    readonly readBytes: number;
    readonly writeBytes: number;
  }[];
  readonly dramBytes: number;
  readonly leastDramBytes: number;
  /** Share of its weights that is not zero, counted; null where the accelerator skips none or they were not read. */
  readonly weightDensity: number | null;
  readonly energy: EnergyParts;
  readonly reasons: readonly string[];
}

/** `others` are further models that run on the chip at the same time, analysed for the same target. */
export function view(
  analysis: Analysis,
  params: MappingParams,
  others: readonly Analysis[] = [],
): MappingView | null {
  const mappable = analysis.targets.filter(({ target }) => target.accelerator !== undefined);
  const chosen = mappable.find(({ target }) => target.id === params.target) ?? mappable[0];
  const own = chosen?.target.accelerator;
  if (chosen === undefined || own === undefined) return null;
  const mapped = allowing(own, params);
  const { kernels } = chosen.lowered;
  const model = mapModel(mapped, kernels);
  const { accelerator, precision, technology } = mapped;
  const { limits = {} } = params;
  const workload = [kernels, ...others.map((other) => kernelsFor(other, chosen.target.id))];
  const swept = sweptDesigns(mapped, workload, params);
  const atOnce = atOnceOf(mapped, [analysis, ...others], workload);
  const area = areaOf(accelerator, technology) ?? null;
  const layers = layersOf(analysis, mapped, kernels, model);
  const isAlone = others.length === 0;
  return {
    targetId: chosen.target.id,
    label: chosen.target.label,
    accelerator: {
      id: accelerator.id,
      name: accelerator.name,
      source: accelerator.source ?? null,
      precision: precision.id,
      engine: accelerator.engine,
      cores: accelerator.cores,
      clock: accelerator.clock,
      node: accelerator.node,
      elementCount: elementCount(accelerator),
      buffers: accelerator.buffers.map(({ name, size }) => ({ name, size })),
      parameters: parametersOf(accelerator),
    },
    totals: {
      cycles: model.cycles,
      intervalCycles: model.intervalCycles,
      seconds: model.seconds,
      macs: model.macs,
      utilization: model.utilization,
      meanUtilization: model.meanUtilization,
      joules: model.joules,
      watts: model.seconds === 0 ? 0 : model.joules / (model.intervalCycles / accelerator.clock),
      dramBytes: model.dramBytes,
      area,
      uncostedCount: chosen.lowered.uncosted.length,
    },
    layers,
    fuses: accelerator.fusesLayers === true,
    splits: accelerator.beside.length === 0 ? null : accelerator.splitsLayers === true,
    stacks: model.stacks.map((fused, index) => stackOf(layers, fused, index)),
    atOnce,
    limits,
    misses: missesOf(
      {
        seconds: isAlone ? model.seconds : (atOnce?.seconds ?? 0),
        joules: isAlone ? model.joules : (atOnce?.joules ?? 0),
        area: area?.total ?? null,
      },
      limits,
    ),
    sweep: swept.points,
    search: swept.search,
    alternatives: swept.points.map((point) => alternativeOf(chosen.target.id, point)),
    rtl: rtlSubjectOf(accelerator),
    prices: null,
    complaints: [
      ...roomComplaints(chosen, accelerator),
      ...fusionComplaints(accelerator),
      ...uncountedComplaints(kernels, mapped),
      ...swept.complaints,
    ],
    targets: mappable.map(({ target }) => ({ id: target.id, label: target.label })),
  };
}

/** The same accelerator with more that its software may do; what has been searched stays with each. */
function allowing(own: MappedAccelerator, { fuses, splits }: MappingParams): MappedAccelerator {
  const { accelerator } = own;
  const fusesLayers = fuses === true || accelerator.fusesLayers === true;
  const splitsLayers = splits === true || accelerator.splitsLayers === true;
  if (
    fusesLayers === (accelerator.fusesLayers === true) &&
    splitsLayers === (accelerator.splitsLayers === true)
  )
    return own;
  const key = `${fusesLayers} ${splitsLayers}`;
  const variants = allowed.get(own) ?? new Map<string, MappedAccelerator>();
  allowed.set(own, variants);
  const made = variants.get(key) ?? {
    ...own,
    accelerator: { ...accelerator, fusesLayers, splitsLayers },
  };
  variants.set(key, made);
  return made;
}

const allowed = new WeakMap<MappedAccelerator, Map<string, MappedAccelerator>>();

function fusionComplaints(accelerator: Accelerator): readonly string[] {
  return accelerator.fusesLayers !== true || canFuse(accelerator)
    ? []
    : [
        "Layers run one after the other: tile by tile takes one array of one core whose outermost buffers hold inputs and outputs in one place.",
      ];
}

/** Layers whose zeros nobody could count, on an engine that goes by them. */
function uncountedComplaints(
  kernels: readonly Kernel[],
  { precision: { sparsity } }: MappedAccelerator,
): readonly string[] {
  // Where the file names the layers, all others are meant to be dense.
  if (sparsity?.isCounted !== true || sparsity.byLayer !== undefined) return [];
  const weighted = kernels.filter(({ macs, weightReadBytes }) => macs > 0 && weightReadBytes > 0);
  const missing = weighted.filter(({ weightDensity }) => weightDensity === undefined).length;
  return missing === 0
    ? []
    : [
        `The weights of ${missing} of ${weighted.length} layers cannot be read: the share that the file states, ${formatShare(sparsity.weights)} non-zero, counts for them.`,
      ];
}

function stackOf(layers: readonly MappedLayer[], fused: FusedStack, index: number): MappedStack {
  const { plan, places, mapping, alone } = fused;
  const members = layers.filter(({ stack }) => stack === index);
  return {
    nodeIds: members.map(({ nodeId }) => nodeId),
    names: members.map(({ shortName }) => shortName),
    tile: { rows: plan.rows.size, columns: plan.columns.size, count: plan.tileCount },
    overlap: plan.overlap,
    keepsWeights: plan.keepsWeights,
    buffer: places.activations,
    tileBytes: plan.tileBytes,
    overlapBytes: plan.keptBytes,
    weightBytes: plan.weightBytes,
    repeat: repeatOf(fused),
    cycles: mapping.cycles,
    dramBytes: mapping.dramBytes,
    joules: mapping.joules,
    alone: { cycles: alone.cycles, dramBytes: alone.dramBytes, joules: alone.joules },
    text: planText(plan),
  };
}

function kernelsFor({ targets }: Analysis, id: string): readonly Kernel[] {
  return targets.find(({ target }) => target.id === id)?.lowered.kernels ?? [];
}

function sweptDesigns(
  mapped: MappedAccelerator,
  workload: Workload,
  { sweep: parameters, search, limits = {} }: MappingParams,
): Pick<SearchResult, "points" | "complaints"> & Pick<MappingView, "search"> {
  if (parameters.length === 0) return { points: [], complaints: [], search: null };
  if (search === undefined) return { ...sweep(mapped, workload, parameters, limits), search: null };
  const found = searchDesigns(mapped, workload, parameters, limits, search);
  return { ...found, search: { runs: found.runs, proxies: found.proxies } };
}

function atOnceOf(
  mapped: MappedAccelerator,
  analyses: readonly Analysis[],
  workload: Workload,
): AtOnce | null {
  const { accelerator } = mapped;
  const isOne = accelerator.beside.length === 0 && workload.length === 1;
  // A pipeline is made for one model.
  if (isOne || accelerator.engine.kind === "streaming") return null;
  const { cycles, turnCycles, joules, dramBytes, modelCycles, busy } = schedule(mapped, workload);
  return {
    cycles,
    joules,
    dramBytes,
    seconds: cycles / accelerator.clock,
    turnSeconds: turnCycles / accelerator.clock,
    models: analyses.map((analysis, index) => ({
      name: analysis.model.name,
      seconds: (modelCycles[index] ?? 0) / accelerator.clock,
    })),
    engines: busy.map(({ engine, cycles: own }) => ({
      name: engine,
      busy: cycles === 0 ? 0 : own / cycles,
    })),
  };
}

/** Engines that keep all weights on the chip need room for them. */
function roomComplaints(
  { lowered }: TargetAnalysis,
  { engine, buffers, cores }: Accelerator,
): readonly string[] {
  const room = cores * buffers.reduce((sum, { size }) => sum + size, 0);
  return engine.kind === "streaming" && lowered.weightBytes > room
    ? [
        `The weights take ${formatBytes(lowered.weightBytes)}, but the memories of the chip ${formatBytes(room)}: a pipeline keeps all weights on it.`,
      ]
    : [];
}

function alternativeOf(targetId: string, point: SweepPoint): Alternative {
  const exact = (value: number): Metric => ({ value, low: value, high: value });
  const label = Object.entries(point.values)
    .map(([key, value]) => `${key} ${value}`)
    .join(" · ");
  return {
    id: `${targetId} ${label}`,
    label,
    model: "",
    targetId,
    batch: null,
    fits: null,
    metrics: {
      latency: exact(point.seconds),
      energy: exact(point.joules),
      ...(point.area !== null && { area: exact(point.area * 1e6) }),
      traffic: exact(point.dramBytes),
    },
  };
}

function layersOf(
  analysis: Analysis,
  mapped: MappedAccelerator,
  kernels: readonly Kernel[],
  model: ModelMapping,
): readonly MappedLayer[] {
  const layers = kernels.flatMap((kernel, index) => {
    const mapping = model.kernels[index];
    return mapping === undefined || (mapping.cycles === 0 && mapping.macs === 0)
      ? []
      : [layerOf(analysis, mapped, kernel, mapping, model.stacks)];
  });
  const names = tellingNames(layers.map(({ name }) => name));
  return layers.map((layer, index) => ({ ...layer, shortName: names[index] ?? layer.name }));
}

function layerOf(
  analysis: Analysis,
  { accelerator }: MappedAccelerator,
  kernel: Kernel,
  mapping: KernelMapping,
  stacks: readonly FusedStack[],
): MappedLayer {
  const nodeId = kernel.nodeIds[0] ?? 0;
  const { macs, otherFlops } = visiblePart(kernel);
  const stack = stacks.findIndex(({ stack: { members } }) =>
    members.some((member) => member.kernel === kernel),
  );
  return {
    nodeId,
    shortName: nodeLabel(analysis, nodeId),
    stack: stack < 0 ? null : stack,
    name: nodeLabel(analysis, nodeId),
    op: analysis.model.graph.nodes[nodeId]?.op ?? "?",
    kind: kernel.shape.kind,
    macs: mapping.macs,
    operationsPerByte: (2 * macs + otherFlops) / Math.max(1, kernel.readBytes + kernel.writeBytes),
    cycles: mapping.cycles,
    computeCycles: mapping.computeCycles,
    vectorCycles: mapping.vectorCycles,
    bufferCycles: mapping.bufferCycles,
    dramCycles: mapping.dramCycles,
    seconds: mapping.cycles / accelerator.clock,
    utilization: mapping.utilization,
    engineUtilization: mapping.engineUtilization,
    engine: mapping.engine ?? null,
    limit: mapping.limit,
    limitingMemory: mapping.limitingMemory ?? null,
    traffic: mapping.traffic,
    dramBytes: mapping.dramBytes,
    leastDramBytes: mapping.leastDramBytes,
    weightDensity: kernel.weightDensity ?? null,
    energy: mapping.energy,
    reasons: explainMapping(kernel, mapping, accelerator),
  };
}
