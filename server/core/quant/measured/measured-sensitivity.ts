import type { NodeId } from "../../graph/graph.js";
import { throwIfCancelled } from "../../base/cancel.js";
import type { Scheme } from "../formats/scheme.js";
import { endsOf, quantizeRows } from "../measure/quantize-rows.js";
import type { LayerSensitivity } from "../sensitivity/sensitivity.js";
import { halfBits } from "./half.js";
import { Drifts, type Movement } from "./measured-drift.js";
import { quantizedWeight } from "./quantized-weight.js";
import { energyOf, runAll, type SampleRuns } from "./run-samples.js";
import type { Feed, Made, Session } from "./session.js";
import { offsetInput, weightInput } from "./site-edits.js";
import type { Site } from "./sites.js";

export interface MeasuredRequest extends SampleRuns {
  /** The model as it is, and with one layer's weight and input open to be moved. */
  readonly open: (site: Site | undefined) => Promise<Session>;
  readonly sites: readonly Site[];
  /** The layer's weight in real numbers, in the order of the file; undefined when it cannot be read. */
  readonly weightOf: (site: Site) => Float32Array | undefined;
  /** True where a scheme holds the file's integers as they are. */
  readonly keeps: (site: Site, operand: "weight" | "input", scheme: Scheme) => boolean;
  readonly schemes: readonly Scheme[];
  readonly activationSchemes: readonly Scheme[];
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
  const drifts = new Drifts(reference, energyOf(reference));
  const found = new Map<NodeId, LayerSensitivity>();
  for (const [done, site] of sites.entries()) {
    const stored = request.weightOf(site);
    if (stored === undefined) continue;
    const session = await request.open(site);
    const experiment: Experiment = { request, site, session, stored, drifts };
    const weights = await byScheme(request, schemes, (scheme) => weightEffect(experiment, scheme));
    const activations = await activationEffects(experiment);
    await session.close();
    const known = found.get(site.layer.nodeId);
    found.set(site.layer.nodeId, effectOf(weights, activations, known));
    onProgress?.(done + 1, sites.length);
  }
  return found;
}

/** A layer with several weights, such as a recurrent one: each moves the outputs by itself, its input once. */
function effectOf(
  weights: readonly Movement[],
  activations: readonly Movement[],
  known: LayerSensitivity | undefined,
): LayerSensitivity {
  const isKnown = weights.every(({ drift }) => drift !== undefined);
  return {
    weights: weights.map(({ risk }, index) => risk + (known?.weights[index] ?? 0)),
    activations: known?.activations ?? activations.map(({ risk }) => risk),
    ...(isKnown && {
      drifts: weights.map(({ drift = [] }, index) =>
        drift.map((one, at) => one + (known?.drifts?.[index]?.[at] ?? 0)),
      ),
    }),
  };
}

interface Experiment {
  readonly request: MeasuredRequest;
  readonly site: Site;
  readonly session: Session;
  readonly stored: Float32Array;
  readonly drifts: Drifts;
}

async function byScheme(
  { cancel }: MeasuredRequest,
  schemes: readonly Scheme[],
  measure: (scheme: Scheme) => Promise<Movement>,
): Promise<readonly Movement[]> {
  const found: Movement[] = [];
  for (const scheme of schemes) {
    throwIfCancelled(cancel);
    found.push(await measure(scheme));
  }
  return found;
}

async function weightEffect(experiment: Experiment, scheme: Scheme): Promise<Movement> {
  const { request, site, session, stored, drifts } = experiment;
  if (request.keeps(site, "weight", scheme)) return unmoved;
  const given = quantizedWeight(scheme, stored, site.layer.shape);
  const made = await runAll(request, session, () => [
    [weightInput, weightFeed(site, given)],
    ...(site.activation === undefined ? [] : [[offsetInput, noOffset] as const]),
  ]);
  return drifts.movementOf(made);
}

const unmoved: Movement = { risk: 0, drift: [] };
const unknown: Movement = { risk: NaN, drift: [] };
const noOffset: Feed = { elementType: "float32", shape: [1], data: new Float32Array(1) };

function weightFeed({ isHalf, layer }: Site, values: Float32Array): Feed {
  const { shape } = layer.weight;
  return isHalf
    ? { elementType: "float16", shape, data: halfBits(values) }
    : { elementType: "float32", shape, data: values };
}

/** The layer's input rounded, with one range over all samples where the scheme has one for the tensor. */
async function activationEffects(experiment: Experiment): Promise<readonly Movement[]> {
  const { request, site, session, stored, drifts } = experiment;
  const { samples, activationSchemes } = request;
  const { activation } = site;
  if (activation === undefined || activationSchemes.length === 0)
    return activationSchemes.map(() => unknown);
  const weight = [weightInput, weightFeed(site, stored)] as const;
  const values: Made[] = [];
  for (const sample of samples) {
    const given = sample.get(activation.value);
    const feeds = new Map([...sample, weight, [offsetInput, noOffset]]);
    const made =
      given?.data instanceof Float32Array
        ? { shape: given.shape, data: given.data }
        : (await session.run(feeds, [activation.value])).get(activation.value);
    if (made === undefined) return activationSchemes.map(() => unknown);
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
    if (request.keeps(site, "input", scheme)) return unmoved;
    const isShared = scheme.format.granularity.kind === "tensor";
    const made = await runAll(request, session, (index) => {
      const { shape, data: x } = values[index] ?? { shape: [], data: new Float32Array(0) };
      const own = { ...endsOf(scheme, x, x.length), tensor: range };
      const shared = isShared ? { ...own, low: [range.low], high: [range.high] } : own;
      const quantized = quantizeRows(scheme, x, x.length, shared);
      const data = quantized.map((value, at) => value - (x[at] ?? 0));
      return [weight, [offsetInput, { elementType: "float32", shape, data }]];
    });
    return drifts.movementOf(made);
  });
}
