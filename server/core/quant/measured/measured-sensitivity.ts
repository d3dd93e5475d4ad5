import type { NodeId } from "../../graph/graph.js";
import { type Cancel, throwIfCancelled } from "../../base/cancel.js";
import type { Scheme } from "../formats/scheme.js";
import { endsOf, quantizeRows } from "../measure/quantize-rows.js";
import type { LayerSensitivity } from "../sensitivity/sensitivity.js";
import { halfBits } from "./half.js";
import { quantizedWeight } from "./quantized-weight.js";
import type { Feed, Feeds, Made, Session } from "./session.js";
import type { Site } from "./sites.js";

/** A sentence why there is nothing to measure. */
export class NotMeasured extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "NotMeasured";
  }
}

export interface MeasuredRequest {
  /** The model as it is, and with one layer's weight and input open to be moved. */
  readonly open: (site: Site | undefined) => Promise<Session>;
  /** The model's own outputs. */
  readonly outputs: readonly string[];
  readonly sites: readonly Site[];
  /** The layer's weight in real numbers, in the order of the file; undefined when it cannot be read. */
  readonly weightOf: (site: Site) => Float32Array | undefined;
  /** True where a scheme holds the file's integers as they are. */
  readonly keeps: (site: Site, operand: "weight" | "input", scheme: Scheme) => boolean;
  readonly samples: readonly Feeds[];
  readonly schemes: readonly Scheme[];
  readonly activationSchemes: readonly Scheme[];
  readonly cancel: Cancel;
  readonly onProgress?: (done: number, count: number) => void;
}

/**
 * How far the outputs move when one layer alone is quantized, measured: square error over the outputs' squares, over all
 * samples together.
 */
export async function measuredSensitivity(
  request: MeasuredRequest,
): Promise<ReadonlyMap<NodeId, LayerSensitivity>> {
  const { sites, schemes, onProgress } = request;
  const whole = await request.open(undefined);
  const reference = await runAll(request, whole, () => []);
  await whole.close();
  const energy = reference.reduce((sum, own) => sum + squares(own), 0);
  if (!Number.isFinite(energy) || energy === 0)
    throw new NotMeasured("The outputs are all zero, or no numbers, on these samples.");
  const found = new Map<NodeId, LayerSensitivity>();
  for (const [done, site] of sites.entries()) {
    const stored = request.weightOf(site);
    if (stored === undefined) continue;
    const session = await request.open(site);
    const experiment: Experiment = { request, site, session, stored, reference, energy };
    const weights = await byScheme(request, schemes, (scheme) => weightEffect(experiment, scheme));
    const activations = await activationEffects(experiment);
    await session.close();
    const known = found.get(site.layer.nodeId);
    // A layer with several weights, such as a recurrent one: each moves the outputs by itself.
    found.set(site.layer.nodeId, {
      weights: weights.map((own, index) => own + (known?.weights[index] ?? 0)),
      activations: known?.activations ?? activations,
    });
    onProgress?.(done + 1, sites.length);
  }
  return found;
}

interface Experiment {
  readonly request: MeasuredRequest;
  readonly site: Site;
  readonly session: Session;
  readonly stored: Float32Array;
  readonly reference: readonly Outputs[];
  readonly energy: number;
}

async function byScheme(
  { cancel }: MeasuredRequest,
  schemes: readonly Scheme[],
  measure: (scheme: Scheme) => Promise<number>,
): Promise<readonly number[]> {
  const found: number[] = [];
  for (const scheme of schemes) {
    throwIfCancelled(cancel);
    found.push(await measure(scheme));
  }
  return found;
}

async function weightEffect(experiment: Experiment, scheme: Scheme): Promise<number> {
  const { request, site, session, stored, reference, energy } = experiment;
  if (request.keeps(site, "weight", scheme)) return 0;
  const given = quantizedWeight(scheme, stored, site.layer.shape);
  const made = await runAll(request, session, () => [
    [site.weightInput, weightFeed(site, given)],
    ...(site.activation === undefined ? [] : [[site.activation.offset, noOffset] as const]),
  ]);
  return distance(reference, made) / energy;
}

const noOffset: Feed = { elementType: "float32", shape: [1], data: new Float32Array(1) };

function weightFeed({ isHalf, layer }: Site, values: Float32Array): Feed {
  const { shape } = layer.weight;
  return isHalf
    ? { elementType: "float16", shape, data: halfBits(values) }
    : { elementType: "float32", shape, data: values };
}

/** The layer's input rounded, with one range over all samples where the scheme has one for the tensor. */
async function activationEffects(experiment: Experiment): Promise<readonly number[]> {
  const { request, site, session, stored, reference, energy } = experiment;
  const { samples, activationSchemes } = request;
  const { activation } = site;
  if (activation === undefined || activationSchemes.length === 0)
    return activationSchemes.map(() => NaN);
  const weight = [site.weightInput, weightFeed(site, stored)] as const;
  const values: Made[] = [];
  for (const sample of samples) {
    const given = sample.get(activation.value);
    const feeds = new Map([...sample, weight, [activation.offset, noOffset]]);
    const made =
      given?.data instanceof Float32Array
        ? { shape: given.shape, data: given.data }
        : (await session.run(feeds, [activation.value])).get(activation.value);
    if (made === undefined) return activationSchemes.map(() => NaN);
    values.push({ shape: made.shape, data: made.data.slice() });
  }
  const ends = values.map(({ data }) => ({
    low: data.reduce((least, value) => Math.min(least, value), 0),
    high: data.reduce((most, value) => Math.max(most, value), 0),
  }));
  const range = {
    low: Math.min(...ends.map(({ low }) => low)),
    high: Math.max(...ends.map(({ high }) => high)),
  };
  return byScheme(request, activationSchemes, async (scheme) => {
    if (request.keeps(site, "input", scheme)) return 0;
    const isShared = scheme.format.granularity.kind === "tensor";
    const made = await runAll(request, session, (index) => {
      const { shape, data: x } = values[index] ?? { shape: [], data: new Float32Array(0) };
      const own = { ...endsOf(scheme, x, x.length), tensor: range };
      const shared = isShared ? { ...own, low: [range.low], high: [range.high] } : own;
      const quantized = quantizeRows(scheme, x, x.length, shared);
      const data = quantized.map((value, at) => value - (x[at] ?? 0));
      return [weight, [activation.offset, { elementType: "float32", shape, data }]];
    });
    return distance(reference, made) / energy;
  });
}

type Outputs = readonly Float32Array[];

/** Outputs of every sample, with further feeds beside its own. */
async function runAll(
  { samples, outputs, cancel }: MeasuredRequest,
  session: Session,
  more: (sample: number) => readonly (readonly [string, Feed])[],
): Promise<readonly Outputs[]> {
  const found: Outputs[] = [];
  for (const [index, sample] of samples.entries()) {
    throwIfCancelled(cancel);
    const feeds = new Map([...sample, ...more(index)]);
    const made = await session.run(feeds, outputs);
    found.push(outputs.flatMap((name) => made.get(name)?.data.slice() ?? []));
  }
  return found;
}

function squares(own: Outputs): number {
  return own.reduce(
    (sum, output) => sum + output.reduce((total, value) => total + value * value, 0),
    0,
  );
}

function distance(reference: readonly Outputs[], moved: readonly Outputs[]): number {
  let sum = 0;
  for (const [sample, own] of reference.entries())
    for (const [output, values] of own.entries()) {
      const other = moved[sample]?.[output];
      for (let at = 0; at < values.length; at++)
        sum += ((values[at] ?? 0) - (other?.[at] ?? 0)) ** 2;
    }
  return sum;
}
