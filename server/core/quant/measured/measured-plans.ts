import type { NodeId } from "../../graph/graph.js";
import { throwIfCancelled } from "../../base/cancel.js";
import type { TensorRange } from "../formats/scales.js";
import type { Scheme } from "../formats/scheme.js";
import { halfBits } from "./half.js";
import { NotMeasured } from "./not-measured.js";
import type { NewInitializer, NewNode, OnnxEdit } from "./onnx-edit.js";
import { quantizedWeight } from "./quantized-weight.js";
import { roundingNodes } from "./rounding-nodes.js";
import { distance, energyOf, type Outputs, runAll, type SampleRuns } from "./run-samples.js";
import type { Made, Session } from "./session.js";
import { Renames } from "./site-edits.js";
import type { Site } from "./sites.js";

/** What a plan does to a layer; layers that it leaves out stay as they are. */
export interface RunFormat {
  readonly weights: Scheme;
  /** Undefined where the layer's input is not quantized. */
  readonly activations: Scheme | undefined;
}

export type RunPlan = ReadonlyMap<NodeId, RunFormat>;

export interface PlansRequest extends SampleRuns {
  readonly open: (edit: OnnxEdit) => Promise<Session>;
  readonly sites: readonly Site[];
  readonly weightOf: (site: Site) => Float32Array | undefined;
  /** True where a scheme holds the file's numbers as they are. */
  readonly keeps: (site: Site, operand: "weight" | "input", scheme: Scheme) => boolean;
  readonly plans: readonly RunPlan[];
  /** Samples, as indices, that inputs' ranges are taken from together. */
  readonly calibrations: readonly (readonly number[])[];
  readonly onProgress?: (done: number, count: number) => void;
}

/** What running plans has shown. */
export interface PlanRuns {
  /** By sample: Σ of the outputs' squares. */
  readonly energies: readonly number[];
  /** By plan and sample: Σ of the squares by which the outputs moved. */
  readonly squares: readonly (readonly number[])[];
}

/**
 * How far the outputs move under each plan as a whole, measured. Inputs of layers have the ranges that they have in the model
 * as it is. How much rounding then errs depends on where these happen to end, by factors of two and more where zeros are many;
 * so samples are in parts that are calibrated each by itself.
 */
export async function measuredPlans(request: PlansRequest): Promise<PlanRuns> {
  const { plans, samples, calibrations, onProgress, cancel } = request;
  const outputsOf = async (edit: OnnxEdit, part = samples): Promise<readonly Outputs[]> => {
    const session = await request.open(edit);
    const outputs = await runAll({ ...request, samples: part }, session, () => []);
    await session.close();
    return outputs;
  };
  const ranges = await inputRanges(request);
  const reference = await outputsOf(noEdit);
  energyOf(reference);
  const energies = reference.map((own) => distance([own], []));
  const roundedWeight = weightRounder(request);
  const squares: (readonly number[])[] = [];
  for (const plan of plans) {
    throwIfCancelled(cancel);
    const moved: Outputs[] = [];
    for (const [index, part] of calibrations.entries()) {
      const edit = editOfPlan(request, plan, ranges[index] ?? new Map(), roundedWeight);
      const given = part.flatMap((sample) => samples[sample] ?? []);
      for (const [at, own] of (await outputsOf(edit, given)).entries()) moved[part[at] ?? 0] = own;
    }
    squares.push(reference.map((own, sample) => distance([own], moved.slice(sample, sample + 1))));
    onProgress?.(squares.length, plans.length);
  }
  return { energies, squares };
}

const calibrationCount = 16;

/** Every sixteenth sample together, so that kinds that come one after the other are in all parts; two at least are one. */
export function calibrationsOf(sampleCount: number): readonly (readonly number[])[] {
  const count = Math.max(1, Math.min(calibrationCount, Math.floor(sampleCount / 2)));
  return Array.from({ length: count }, (_, part) =>
    Array.from({ length: Math.ceil((sampleCount - part) / count) }, (__, at) => part + at * count),
  );
}

const noEdit: OnnxEdit = {
  renames: new Map(),
  nodes: [],
  initializers: [],
  inputs: [],
  outputs: [],
};

type Ranges = ReadonlyMap<string, TensorRange>;

/** By calibration: least and largest element of what reaches the layers, by value, zero among them. */
async function inputRanges(request: PlansRequest): Promise<readonly Ranges[]> {
  const { sites, samples, calibrations, cancel } = request;
  const quantized = sites.flatMap(({ layer, activation }) =>
    activation !== undefined &&
    request.plans.some((plan) => plan.get(layer.nodeId)?.activations !== undefined)
      ? [activation]
      : [],
  );
  const names = [...new Set(quantized.map(({ value }) => value))];
  const inner = new Set(quantized.flatMap(({ value, isOutput }) => (isOutput ? [] : [value])));
  const session = await request.open({ ...noEdit, outputs: [...inner] });
  const found: Ranges[] = [];
  for (const part of calibrations) {
    const ranges = new Map(names.map((name) => [name, { low: 0, high: 0 }]));
    for (const sample of part.flatMap((index) => samples[index] ?? [])) {
      throwIfCancelled(cancel);
      const wanted = names.filter((name) => !sample.has(name));
      const made: ReadonlyMap<string, Made> =
        wanted.length === 0 ? new Map() : await session.run(sample, wanted);
      for (const [name, range] of ranges)
        for (const value of sample.get(name)?.data ?? made.get(name)?.data ?? []) {
          range.low = Math.min(range.low, Number(value));
          range.high = Math.max(range.high, Number(value));
        }
    }
    found.push(ranges);
  }
  await session.close();
  return found;
}

type WeightRounder = (site: Site, scheme: Scheme) => NewInitializer["values"] | undefined;

/** Undefined where the file's own numbers stay. Of each layer the last is kept: plans that follow one another differ little. */
function weightRounder({ weightOf, keeps }: PlansRequest): WeightRounder {
  const known = new Map<
    Site,
    { readonly id: string; readonly values: ReturnType<WeightRounder> }
  >();
  const rounded: WeightRounder = (site, scheme) => {
    const stored = keeps(site, "weight", scheme) ? undefined : weightOf(site);
    const values = stored && quantizedWeight(scheme, stored, site.layer.shape);
    return values !== undefined && site.isHalf ? halfBits(values) : values;
  };
  return (site, scheme) => {
    const before = known.get(site);
    if (before?.id === scheme.id) return before.values;
    const values = rounded(site, scheme);
    known.set(site, { id: scheme.id, values });
    return values;
  };
}

function editOfPlan(
  { sites, keeps }: PlansRequest,
  plan: RunPlan,
  ranges: Ranges,
  roundedWeight: WeightRounder,
): OnnxEdit {
  const renames = new Renames();
  const nodes: NewNode[] = [];
  const initializers: NewInitializer[] = [];
  const rounded = new Set<NodeId>();
  for (const [index, site] of sites.entries()) {
    const { layer, weight, activation } = site;
    const format = plan.get(layer.nodeId);
    if (format === undefined) continue;
    const values = roundedWeight(site, format.weights);
    if (values !== undefined) {
      const name = `ridgepoint.weight${index}`;
      initializers.push({ name, shape: layer.weight.shape, values });
      renames.add(weight, name);
    }
    const scheme = format.activations;
    // A layer with several weights has one input.
    if (activation === undefined || scheme === undefined || rounded.has(layer.nodeId)) continue;
    rounded.add(layer.nodeId);
    if (keeps(site, "input", scheme)) continue;
    const { node: before, value } = activation;
    const output = `ridgepoint.input${index}`;
    const range = ranges.get(value) ?? { low: 0, high: 0 };
    const rounding = roundingNodes(scheme, range, { before, value, output });
    if (rounding === undefined)
      throw new NotMeasured(
        `Inputs of layers in ${scheme.name} are not rounded in a running model.`,
      );
    nodes.push(...rounding.nodes);
    initializers.push(...rounding.initializers);
    renames.add(activation, output);
  }
  return { renames: renames.byNode, nodes, initializers, inputs: [], outputs: [] };
}
