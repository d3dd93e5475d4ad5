import { bram18Of } from "../../design/block-ram.js";
import { both, dspsOfProduct, type Kinds, type LayerCost, nothing } from "./cost-kinds.js";
import type { Hls4mlLayer } from "./network.js";

type Conv = Extract<Hls4mlLayer, { kind: "conv" }>;

/**
 * A pixel after the other through a window of line buffers. Dense layers of a stream are counted as windows of one pixel: the
 * published streams have them among their weights.
 */
export function convStream(layer: Conv, kinds: Kinds): LayerCost {
  const { words, costs } = kinds;
  const { weights, pixels, inputs } = layer;
  const { reuse } = words;
  const isShared = words.strategy === "resource";
  const interval = isShared
    ? pixels * (reuse + costs.of("stream.cyclesPerPixelShared")) + 1
    : pixels * costs.of("stream.cyclesPerPixel") + costs.of("stream.cyclesStart");
  const multipliers = Math.max(1, weights / reuse);
  // Shared multipliers choose among the inputs that they see in turn.
  const counted = isShared ? multipliers * Math.min(reuse, inputs) : weights;
  const lut = counted * costs.of(isShared ? "stream.lutPerChoice" : "stream.lutPerWeight");
  const ff = counted * costs.of(isShared ? "stream.ffPerChoice" : "stream.ffPerWeight");
  const dsp = isShared
    ? multipliers * dspsOfProduct(words)
    : weights * costs.of("stream.dspPerWeight");
  const memories = convMemories(layer, kinds);
  return {
    latency: Math.round(interval),
    interval: Math.round(interval),
    dsp: words.multipliers === "lut" || words.arePowers ? 0 : Math.round(dsp),
    lut: Math.round(lut),
    ff: Math.round(ff),
    lutAfter: Math.round(
      lut * costs.of(isShared ? "stream.lutAfterSynthesisShared" : "stream.lutAfterSynthesis"),
    ),
    ffAfter: Math.round(ff * costs.of("stream.ffAfterSynthesis")),
    ...memories,
  };
}

type Memories = Pick<LayerCost, "bram18" | "bramAfter">;

/** Queues of the padded input and of the output, with encoded windows one for each element of the window, and shared weights. */
function convMemories(layer: Conv, { words }: Kinds): Memories {
  const { inputs, outputs, outputPixels, pixels, inputChannels } = layer;
  const window = inputs / inputChannels;
  const queues = [
    ...(pixels > outputPixels ? [memory(pixels, words.inputBits, inputChannels)] : []),
    memory(outputPixels, words.inputBits, outputs),
    ...(words.conv === "encoded" && outputPixels > 64
      ? [memory(outputPixels, words.inputBits, (window - 1) * inputChannels)]
      : []),
    ...(words.strategy === "resource" && words.reuse > 1
      ? [weightMemory(words.reuse, (layer.weights / words.reuse) * words.weightBits)]
      : []),
  ];
  return sumOf(queues);
}

/**
 * What streams between layers waits in a queue for each channel: the HLS tool reports those of 1,024 bits and more as block RAM;
 * synthesis leaves up to 64 words in LUTs. Read off published reports before and after synthesis.
 */
export function memory(deep: number, bits: number, count: number): Memories {
  if (deep * bits < 1024) return none;
  const each = bram18Of(deep, bits);
  return { bram18: count * each, bramAfter: deep > 64 ? (count * each) / 2 : 0 };
}

function weightMemory(deep: number, bits: number): Memories {
  const blocks = bram18Of(deep, bits);
  return { bram18: blocks, bramAfter: deep > 64 ? blocks / 2 : 0 };
}

const none: Memories = { bram18: 0, bramAfter: 0 };

function sumOf(memories: readonly Memories[]): Memories {
  return memories.reduce(
    (sum, one) => ({
      bram18: sum.bram18 + one.bram18,
      bramAfter: sum.bramAfter + one.bramAfter,
    }),
    none,
  );
}

/** Every window at once; what of the products is left in DSPs after synthesis was read off three networks. */
export function convParallel(layer: Conv, { words, costs }: Kinds): LayerCost {
  const { weights, pixels } = layer;
  const lut = (weights * costs.of("parallel.lutPerWeight")) / costs.of("lutAfterSynthesis");
  const ff = (weights * costs.of("parallel.ffPerWeight")) / costs.of("ffAfterSynthesis");
  const hasDsps = words.multipliers === "dsp" && !words.arePowers;
  return {
    ...nothing,
    latency: pixels * words.reuse,
    interval: pixels * words.reuse,
    dsp: hasDsps ? Math.round((weights * costs.of("parallel.dspPerWeight")) / words.reuse) : 0,
    bram18: Math.round(weights * costs.of("parallel.bramPerWeight") * 2),
    bramAfter: Math.round(weights * costs.of("parallel.bramPerWeight")),
    ...both(costs, lut, ff),
  };
}
