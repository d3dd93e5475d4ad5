import { analyze } from "../../analyze.js";
import type { Analysis, TargetAnalysis } from "../../analysis.js";
import { neverCancelled } from "../../base/cancel.js";
import { formatChange, formatNumber, formatSeconds } from "../../base/units.js";
import { readOpCall } from "../../formats/op-call.js";
import { absent, type Attribute, type Node, type NodeId } from "../../graph/graph.js";
import { channelTileOf } from "../../targets/channel-tile.js";
import type { Target } from "../../targets/target.js";
import { summedCost } from "../text/summed-cost.js";
import type { SourceIndex, SourceSite } from "./source-index.js";

/** A line whose layers make channels that do not fill the target's tiles, and what other numbers would cost. */
export interface Misaligned {
  readonly site: SourceSite;
  readonly channels: number;
  readonly choices: readonly Choice[];
  /** RP2104, with the gain. */
  readonly message: string;
}

interface Choice {
  readonly channels: number;
  /** Of all the line's calls, against what they take now; seconds. */
  readonly change: number;
}

/** Layers below this share of the whole are not worth a word. */
const leastShare = 0.005;
const siteLimit = 32;

/** The layers of the first target; heads, whose channels are the task's, are left as they are. */
export function misalignedSites(index: SourceIndex): readonly Misaligned[] {
  const found: Misaligned[] = [];
  for (const site of index.sites) {
    if (found.length >= siteLimit) break;
    if (site.role !== "made" || !site.isInnermost) continue;
    const one = misalignedAt(site);
    if (one !== undefined) found.push(one);
  }
  return found;
}

function misalignedAt(site: SourceSite): Misaligned | undefined {
  const { analysis } = site.model;
  const target = analysis.targets[0];
  const tile = target && channelTileOf(target.target);
  if (target === undefined || tile === undefined) return undefined;
  const layers = site.nodeIds.flatMap((nodeId) => layerOf(analysis, nodeId) ?? []);
  const [first] = layers;
  if (first === undefined || layers.length !== site.nodeIds.length) return undefined;
  const { channels } = first;
  if (layers.some((layer) => layer.channels !== channels)) return undefined;
  if (channels % tile.channels === 0 || channels < tile.channels) return undefined;
  const cost = summedCost(analysis, target, site.nodeIds);
  if (cost.kind !== "time" || (cost.share ?? 0) < leastShare) return undefined;
  const up = Math.ceil(channels / tile.channels) * tile.channels;
  const choices = [up, up - tile.channels].flatMap((other) => {
    if (other < tile.channels) return [];
    const change = changeOf(target, layers, other);
    return change === undefined ? [] : [{ channels: other, change }];
  });
  if (choices.length === 0) return undefined;
  return {
    site,
    channels,
    choices,
    message: messageOf(target, channels, up, choices),
  };
}

function messageOf(
  { target }: TargetAnalysis,
  channels: number,
  up: number,
  choices: readonly Choice[],
): string {
  const padding = `${formatNumber((100 * (up - channels)) / up, 2)} %`;
  const offers = choices.map(
    ({ channels: other, change }) =>
      `${other} (${signed(change)}, ${other > channels ? "+" : "−"}${formatNumber((100 * Math.abs(other - channels)) / channels, 2)} % parameters)`,
  );
  return `${channels} channels run as ${up} on ${target.chip.name} · ${target.precision.name}: ${padding} of the line is padding. Use ${offers.join(" or ")}.`;
}

function signed(seconds: number): string {
  return formatChange(seconds, (size) => (size === 0 ? "0 µs" : formatSeconds(size, 2)));
}

interface LayerShape {
  readonly channels: number;
  /** As `readOpCall` reads it, with other output channels. */
  readonly textWith: (channels: number) => string;
}

/** A plain convolution or linear layer whose channels are free to choose. */
function layerOf(analysis: Analysis, nodeId: NodeId): LayerShape | undefined {
  const { graph } = analysis.model;
  const node = graph.nodes[nodeId];
  const weight = node && graph.values[node.inputs[1] ?? absent]?.weight;
  const type = node && analysis.inferred.types[node.inputs[0] ?? absent];
  if (node === undefined || weight === undefined || type?.kind !== "tensor") return undefined;
  if (node.outputs.some((id) => graph.outputs.includes(id))) return undefined;
  const shape = type.shape?.map((extent) => (typeof extent === "number" ? extent : NaN)) ?? [];
  if (shape.length === 0 || shape.some(Number.isNaN)) return undefined;
  const input = `${type.elementType}[${shape.join(",")}]`;
  const [out = 0, into = 0, ...kernel] = weight.shape;
  if (node.op === "Conv" && (intOf(node, "group") ?? 1) === 1) {
    const attributes = ["strides", "pads", "dilations"].flatMap((name) => {
      const value = node.attributes.get(name);
      return value?.kind === "ints" ? [`${name}=[${value.value.join(",")}]`] : [];
    });
    return {
      channels: out,
      textWith: (channels) =>
        `Conv(${[input, `${type.elementType}[${[channels, into, ...kernel].join(",")}]`, ...attributes].join(", ")})`,
    };
  }
  if (node.sourceOp !== "linear") return undefined;
  return {
    channels: out,
    textWith: (channels) => `MatMul(${input}, ${type.elementType}[${into},${channels}])`,
  };
}

function intOf(node: Node, name: string): number | undefined {
  const attribute: Attribute | undefined = node.attributes.get(name);
  return attribute?.kind === "int" ? attribute.value : undefined;
}

/** Seconds by which all the layers together change; undefined where the target does not cost them. */
function changeOf(
  { target }: TargetAnalysis,
  layers: readonly LayerShape[],
  channels: number,
): number | undefined {
  let change = 0;
  for (const { channels: own, textWith } of layers) {
    const now = secondsOf(target, textWith(own));
    const then = secondsOf(target, textWith(channels));
    if (now === undefined || then === undefined) return undefined;
    change += then - now;
  }
  return change;
}

const known = new WeakMap<Target, Map<string, number | undefined>>();

function secondsOf(target: Target, text: string): number | undefined {
  let ofTarget = known.get(target);
  if (ofTarget === undefined) known.set(target, (ofTarget = new Map<string, number | undefined>()));
  if (ofTarget.has(text)) return ofTarget.get(text);
  const model = readOpCall(text).value;
  const noBindings = { inputs: new Map(), dims: new Map() };
  const seconds =
    model && analyze(model, noBindings, [target], neverCancelled).targets[0]?.latency?.value;
  ofTarget.set(text, seconds);
  return seconds;
}
