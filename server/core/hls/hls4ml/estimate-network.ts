import type { Design, DesignModule, DesignProblem, Resources } from "../../design/design.js";
import { emptyDesign } from "../../design/empty-design.js";
import { partFacts } from "../../design/part-facts.js";
import type { ChosenPart } from "../../design/part.js";
import { amount } from "../hls-design.js";
import { estimatedResources, layerModule } from "../layer-module.js";
import type { LayerCost } from "./cost-kinds.js";
import type { Hls4mlCosts } from "./costs.js";
import { layerCost } from "./layer-cost.js";
import type { Hls4mlLayer, Hls4mlNetwork } from "./network.js";
import { wordsInForce } from "./reuse.js";
import type { Hls4mlLayerWords, Hls4mlWords } from "./words.js";

/** A network as hls4ml would make it: one module for each layer, one after the other. */
export function hls4mlDesign(
  network: Hls4mlNetwork,
  words: Hls4mlWords,
  costs: Hls4mlCosts,
  part: ChosenPart,
  name: string,
): Design {
  if (network.layers.length === 0)
    return emptyDesign("hls", [
      {
        code: "RP5340",
        severity: "error",
        message:
          "No layer of this model is one that hls4ml makes: dense, convolution, activation, softmax.",
      },
    ]);
  const costed = costLayers(network, words, costs);
  const total = sum(costed.map(({ cost }) => cost));
  const latency = networkLatency(costed, words, costs);
  return {
    ...emptyDesign("hls", problemsOf(network, words, total, part)),
    top: name,
    ...partFacts(part),
    tool: `estimate of the HLS report behind hls4ml, io_${words.io}, ${words.clockNs} ns; after synthesis in afterSynthesis`,
    total: resources(total),
    afterSynthesis: {
      method: "estimated",
      counts: {
        lut: amount(total.lutAfter, [0.6, 1.7]),
        ff: amount(total.ffAfter, [0.6, 1.7]),
        dsp: amount(total.dsp, [0.7, 1.4]),
        bram: amount(2 * total.bramAfter, [0.5, 2]),
      },
    },
    latencyCycles: amount(latency, [0.85, 1.2]),
    intervalCycles: amount(total.interval, [0.85, 1.2]),
    modules: costed.map(({ layer, words: own, cost }) => module(layer, own, cost)),
  };
}

export interface CostedLayer {
  readonly layer: Hls4mlLayer;
  readonly words: Hls4mlLayerWords;
  readonly cost: LayerCost;
}

export function costLayers(
  { layers }: Hls4mlNetwork,
  words: Hls4mlWords,
  costs: Hls4mlCosts,
): readonly CostedLayer[] {
  const hasWindows = layers.some(({ kind }) => kind === "conv");
  return layers.map((layer) => {
    const asked = { ...words.common, ...modelBits(layer, words), ...ownWords(words, layer.name) };
    const own = wordsInForce(layer, asked);
    return { layer, words: own, cost: layerCost(layer, own, { ...words, hasWindows }, costs) };
  });
}

/** Where nobody says otherwise, bits are those of a QONNX model's quantizers, all but the sign behind the point. */
function modelBits(layer: Hls4mlLayer, { told }: Hls4mlWords): Partial<Hls4mlLayerWords> {
  if (layer.kind !== "dense" && layer.kind !== "conv") return {};
  const { weights, inputs } = layer.bits ?? {};
  return {
    ...(weights !== undefined &&
      !told.has("weights") && { weightBits: weights, weightFraction: weights - 1 }),
    ...(inputs !== undefined && !told.has("input") && { inputBits: inputs }),
  };
}

/** What the user says of one layer, by its name or the last part of it. */
export function ownWords(
  { layers }: Hls4mlWords,
  name: string,
): Partial<Hls4mlLayerWords> | undefined {
  return layers.get(name) ?? layers.get(lastPart(name));
}

export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function module(layer: Hls4mlLayer, words: Hls4mlLayerWords, cost: LayerCost): DesignModule {
  return layerModule(
    layer.name,
    `${layer.name} ${layer.kind} ${sizeText(layer, words)}`,
    resources(cost),
    [cost.latency, [0.85, 1.2]],
    [cost.interval, [0.85, 1.2]],
  );
}

function sizeText(layer: Hls4mlLayer, words: Hls4mlLayerWords): string {
  switch (layer.kind) {
    case "dense":
    case "conv":
      return `${layer.inputs}→${layer.outputs} reuse ${words.reuse} ${words.strategy}`;
    case "softmax":
      return String(layer.classes);
    case "pool":
      return String(layer.channels * layer.pixels);
    default:
      return String(layer.elements);
  }
}

function resources(cost: LayerCost): Resources {
  return estimatedResources(cost, {
    lut: [0.75, 1.35],
    ff: [0.7, 1.4],
    dsp: [0.6, 1.6],
    bram: [0.7, 1.5],
  });
}

/**
 * Layers hand a whole vector over, in a cycle for each and one more behind dense layers that nothing is shared in (exact in the
 * published MLPs); streams overlap but for what the later layers still have to do.
 */
export function networkLatency(
  costed: readonly CostedLayer[],
  words: Hls4mlWords,
  costs: Hls4mlCosts,
): number {
  const total = costed.reduce((sum, { cost }) => sum + cost.latency, 0);
  const convs = costed.filter(({ layer }) => layer.kind === "conv");
  if (words.io === "stream" && convs.length > 0) {
    const longest = Math.max(...costed.map(({ cost }) => cost.latency));
    const isShared = convs.some(({ words: own }) => own.strategy === "resource");
    const after = costs.of(isShared ? "stream.cyclesAfterShared" : "stream.cyclesAfter");
    return Math.round(longest + after * (total - longest));
  }
  const isUnshared = costed.every(({ words: own }) => own.reuse === 1);
  const unshared = isUnshared ? costed.filter(({ layer }) => layer.kind === "dense").length : 0;
  return Math.round(total + costed.length - 1 + unshared);
}

export function sum(costs: readonly LayerCost[]): LayerCost {
  const add = (key: keyof LayerCost): number => costs.reduce((total, one) => total + one[key], 0);
  return {
    latency: add("latency"),
    interval: Math.max(1, ...costs.map(({ interval }) => interval)),
    dsp: add("dsp"),
    lut: add("lut"),
    ff: add("ff"),
    bram18: add("bram18"),
    lutAfter: add("lutAfter"),
    ffAfter: add("ffAfter"),
    bramAfter: add("bramAfter"),
  };
}

function problemsOf(
  { skipped }: Hls4mlNetwork,
  words: Hls4mlWords,
  total: LayerCost,
  { part }: ChosenPart,
): readonly DesignProblem[] {
  const problems: DesignProblem[] = [];
  if (skipped.length > 0)
    problems.push({
      code: "RP5341",
      severity: "warning",
      message: `hls4ml makes no hardware of ${skipped.join(", ")} here; they count nothing.`,
    });
  const most = part?.capacity.dsp;
  if (most !== undefined && total.dsp > most)
    problems.push({
      code: "RP5342",
      severity: "warning",
      message: `${total.dsp.toLocaleString("en-US")} DSPs of ${most.toLocaleString("en-US")}: raise reuse to ${Math.ceil((words.common.reuse * total.dsp) / most)} or more.`,
    });
  return problems;
}
