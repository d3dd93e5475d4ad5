import { signedDigits } from "../signed-digits.js";
import { convParallel, convStream, memory } from "./conv-cost.js";
import { both, dspsOfProduct, isSlow, type Kinds, type LayerCost, nothing } from "./cost-kinds.js";
import type { Hls4mlCosts } from "./costs.js";
import { denseLatency, denseResource } from "./dense-cost.js";
import type { Hls4mlLayer } from "./network.js";
import type { Hls4mlLayerWords, Hls4mlWords } from "./words.js";

/** What the layer's surroundings are. */
interface Around extends Pick<Hls4mlWords, "io" | "clockNs"> {
  /** A network of convolutions: what is published of those counts dense layers and activations among the weights. */
  readonly hasWindows?: boolean;
}

export function layerCost(
  layer: Hls4mlLayer,
  words: Hls4mlLayerWords,
  { io, clockNs, hasWindows = false }: Around,
  costs: Hls4mlCosts,
): LayerCost {
  const kinds = { words, clockNs, costs };
  const isStream = io === "stream";
  switch (layer.kind) {
    case "dense":
      if (isStream || (hasWindows && words.strategy === "latency")) {
        const own = (isStream ? convStream : convParallel)(
          {
            ...layer,
            kind: "conv",
            weights: layer.inputs * layer.outputs,
            pixels: 1,
            outputPixels: 1,
            inputChannels: layer.inputs,
          },
          kinds,
        );
        return { ...own, latency: words.strategy === "latency" ? 10 : words.reuse + 5 };
      }
      return words.strategy === "latency"
        ? denseLatency(layer, kinds)
        : denseResource(layer, kinds);
    case "conv":
      return isStream ? convStream(layer, kinds) : convParallel(layer, kinds);
    case "relu":
      return isStream || !hasWindows
        ? activation(layer, isStream, kinds)
        : { ...nothing, latency: isSlow(clockNs, costs) ? 0 : 1 };
    case "softmax":
      return softmax(layer.classes, isStream, kinds);
    case "pool":
      return isStream
        ? { ...nothing, ...memory(layer.pixels, words.inputBits, layer.channels) }
        : nothing;
    case "norm":
      return normalization(layer, isStream, kinds);
    case "add":
      return shortcut(layer, isStream, kinds);
  }
}

type Elementwise = Extract<Hls4mlLayer, { kind: "norm" | "add" }>;

/** Elements that are at work at once. */
function sideOf(
  { channels, elements }: Pick<Elementwise, "channels" | "elements">,
  isStream: boolean,
): number {
  return isStream ? channels : elements;
}

function activation(
  layer: Extract<Hls4mlLayer, { kind: "relu" }>,
  isStream: boolean,
  { words, clockNs, costs }: Kinds,
): LayerCost {
  const side = sideOf(layer, isStream);
  const pixels = layer.elements / layer.channels;
  return {
    ...nothing,
    latency: isSlow(clockNs, costs) ? 0 : 1,
    // A leak is one product with a constant for each channel at once.
    dsp:
      isStream && layer.isLeaky && words.multipliers === "dsp"
        ? side * Math.ceil(words.inputBits / 18)
        : 0,
    ...(isStream && memory(pixels, words.inputBits, layer.channels)),
    ...both(
      costs,
      side * costs.of("reluLut") * (isSlow(clockNs, costs) ? 0.78 : 1),
      isSlow(clockNs, costs) ? 0 : side * costs.of("reluFf"),
    ),
  };
}

function softmax(classes: number, isStream: boolean, { words, clockNs, costs }: Kinds): LayerCost {
  const isLut = words.multipliers === "lut";
  const levels = Math.ceil(Math.log2(Math.max(2, classes)));
  const cycles = costs.of("softmaxCycles") + costs.of("softmaxCyclesPerLevel") * levels;
  const blocks = isStream ? costs.of("stream.softmaxBram") : classes;
  return {
    ...nothing,
    latency: Math.round(cycles * (isSlow(clockNs, costs) ? 0.72 : 1)) - (isLut ? 2 : 0),
    dsp: isLut ? 0 : isStream ? costs.of("stream.softmaxDsp") : classes,
    bram18: blocks,
    bramAfter: blocks / 2,
    ...both(
      costs,
      classes * costs.of(isLut ? "softmaxLutMultiplierLut" : "softmaxLut"),
      classes * costs.of("softmaxFf"),
    ),
  };
}

/**
 * A normalization that was not folded into the layer before it: a product with a constant and a sum of each channel, in its own
 * fixed point (Trainable fixed-point quantization, arXiv 2401.17544, keeps them so). Not held against any report.
 */
function normalization(layer: Elementwise, isStream: boolean, { words, costs }: Kinds): LayerCost {
  const side = sideOf(layer, isStream);
  const products = words.arePowers ? 0 : side * hardShare(words, costs);
  const isLut = words.multipliers === "lut";
  // A constant's product by shifts and sums: an adder of the width for every third of the bits.
  const sums = side * (1 + (words.arePowers ? 0 : words.weightBits / 3));
  const width = words.inputBits;
  return {
    ...nothing,
    latency: words.arePowers ? 1 : 3,
    interval: words.reuse,
    dsp: isLut ? 0 : Math.ceil((products * dspsOfProduct(words)) / words.reuse),
    ...(isStream && memory(layer.elements / layer.channels, width, layer.channels)),
    ...both(costs, isLut || words.arePowers ? sums * width : side * width, side * width),
  };
}

/** Share of the constants of a width that no shift and no sum of two shifts makes; wide ones all take a multiplier. */
function hardShare({ weightBits, inputBits }: Hls4mlLayerWords, costs: Hls4mlCosts): number {
  if (Math.max(weightBits, inputBits) > costs.of("narrowBits")) return 1;
  const most = 2 ** (weightBits - 1) - 1;
  let hard = 0;
  for (let value = 1; value <= most; value += 1) if (signedDigits(value) > 2) hard += 1;
  return most === 0 ? 0 : hard / most;
}

/** A sum of two branches: a carry chain for each element; a stream holds the branch that has no layers until the other comes. */
function shortcut(layer: Elementwise, isStream: boolean, { words, costs }: Kinds): LayerCost {
  const side = sideOf(layer, isStream);
  const width = words.inputBits + 1;
  const queue = memory(layer.elements / layer.channels, words.inputBits, 2 * layer.channels);
  return {
    ...nothing,
    latency: 1,
    ...(isStream && queue),
    ...both(costs, side * width, side * width),
  };
}
