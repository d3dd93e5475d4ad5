import type { Design, DesignModule, DesignProblem, Resources } from "../../design/design.js";
import { emptyDesign } from "../../design/empty-design.js";
import { partFacts } from "../../design/part-facts.js";
import type { ChosenPart } from "../../design/part.js";
import { amount } from "../hls-design.js";
import type { Hls4mlCosts } from "./costs.js";
import { layerCost, type LayerCost } from "./layer-cost.js";
import type { Hls4mlLayer, Hls4mlNetwork } from "./network.js";
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
  const costed = network.layers.map((layer) => ({
    layer,
    words: wordsOf(layer, words),
    cost: layerCost(layer, wordsOf(layer, words), words, costs),
  }));
  const all = costed.map(({ cost }) => cost);
  const total = sum(all);
  const latency = networkLatency(costed, words, costs);
  const interval = Math.max(1, ...all.map((one) => one.interval));
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
    intervalCycles: amount(interval, [0.85, 1.2]),
    modules: costed.map(({ layer, words: own, cost }) => module(layer, own, cost)),
  };
}

function wordsOf(layer: Hls4mlLayer, { common, layers }: Hls4mlWords): Hls4mlLayerWords {
  const short = layer.name.slice(layer.name.lastIndexOf("/") + 1);
  return { ...common, ...(layers.get(layer.name) ?? layers.get(short)) };
}

function module(layer: Hls4mlLayer, words: Hls4mlLayerWords, cost: LayerCost): DesignModule {
  const size =
    layer.kind === "dense" || layer.kind === "conv"
      ? ` ${layer.inputs}→${layer.outputs} reuse ${words.reuse} ${words.strategy}`
      : ` ${layer.kind === "relu" ? layer.elements : layer.classes}`;
  return {
    name: layer.name,
    variant: `${layer.name} ${layer.kind}${size}`,
    place: undefined,
    instanceCount: 1,
    own: resources(cost),
    whole: resources(cost),
    latencyCycles: amount(cost.latency, [0.85, 1.2]),
    intervalCycles: amount(cost.interval, [0.85, 1.2]),
  };
}

function resources(cost: LayerCost): Resources {
  return {
    method: "estimated",
    counts: {
      lut: amount(cost.lut, [0.75, 1.35]),
      ff: amount(cost.ff, [0.7, 1.4]),
      dsp: amount(cost.dsp, [0.6, 1.6]),
      bram: amount(cost.bram18, [0.7, 1.5]),
    },
  };
}

/** Layers hand a whole vector over; streams overlap but for what the later layers still have to do. */
function networkLatency(
  costed: readonly {
    readonly layer: Hls4mlLayer;
    readonly words: Hls4mlLayerWords;
    readonly cost: LayerCost;
  }[],
  words: Hls4mlWords,
  costs: Hls4mlCosts,
): number {
  const convs = costed.filter(({ layer }) => layer.kind === "conv");
  if (words.io === "stream" && convs.length > 0) {
    const longest = Math.max(...costed.map(({ cost }) => cost.latency));
    const rest = costed.reduce((total, { cost }) => total + cost.latency, 0) - longest;
    return Math.round(longest + costs.of("stream.cyclesAfter") * rest);
  }
  const isUnshared = costed.every(({ words: own }) => own.reuse === 1);
  const handover = costs.of(isUnshared ? "handoverCyclesUnshared" : "handoverCycles");
  return Math.round(
    costed.reduce((total, { cost }) => total + cost.latency, 0) + handover * (costed.length - 1),
  );
}

function sum(costs: readonly LayerCost[]): LayerCost {
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
