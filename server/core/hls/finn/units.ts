import type { Hls4mlLayer, Hls4mlNetwork } from "../hls4ml/network.js";
import { lastPart } from "../hls4ml/estimate-network.js";
import type { FinnWords, MemoryStyle } from "./words.js";

/** A matrix-vector unit of the pipeline, with what surrounds it: window generator, thresholds, queue. */
export interface MatrixUnit {
  readonly kind: "matrix";
  readonly name: string;
  /** What words for it may call it: its name, the last part of that, its number, FINN's own name. */
  readonly keys: readonly string[];
  /** Rows and columns of the weights' matrix, of one group. */
  readonly rows: number;
  readonly window: number;
  /** Times it is multiplied with a vector in an inference. */
  readonly vectors: number;
  readonly isDepthwise: boolean;
  /** Of a convolution whose window is larger than a pixel. */
  readonly slides?: {
    readonly channels: number;
    readonly side: number;
    readonly inputWidth: number;
  };
  readonly bits: UnitBits;
  readonly memory: MemoryStyle;
  readonly pe: number;
  readonly simd: number;
  /** As somebody has told, which no rate changes. */
  readonly isFolded: boolean;
}

export interface UnitBits {
  readonly weights: number;
  readonly inputs: number;
  /** 0: the sums go out as they are. */
  readonly outputs: number;
}

/** What stands in the stream beside products. */
export interface SideUnit {
  readonly kind: "pool" | "add" | "norm";
  readonly name: string;
  readonly channels: number;
  readonly pixels: number;
  readonly bits: number;
}

export type Unit = MatrixUnit | SideUnit;

export interface Precision {
  /** Undefined: as the model's quantizers say. */
  readonly weights: number | undefined;
  readonly activations: number | undefined;
}

const bitsWithoutQuantizers = 2;

/**
 * A unit for each layer that multiplies, as FINN makes one (Umuroglu et al., FPGA 2017; Blott et al., FINN-R, TRETS 2018).
 * Activations are thresholds of the unit before them, softmax stays on the processor.
 */
export function unitsOf(
  { layers }: Hls4mlNetwork,
  { weights, activations }: Precision,
  words: FinnWords,
): readonly Unit[] {
  const products = layers.filter(isProduct);
  const activationBits = (known: number | undefined): number =>
    activations ?? known ?? bitsWithoutQuantizers;
  let [index, matrices, depthwise] = [0, 0, 0];
  return layers.flatMap((layer): readonly Unit[] => {
    const { name } = layer;
    switch (layer.kind) {
      case "dense":
      case "conv": {
        const isDepthwise = layer.kind === "conv" && (layer.groups ?? 1) > 1;
        const [isFirst, isLast] = [layer === products[0], layer === products.at(-1)];
        const keys = [
          name,
          lastPart(name),
          String(index),
          isDepthwise ? `vvau${depthwise}` : `mvau${matrices}`,
        ];
        const own = keys.map((key) => words.folding.get(key)).find((one) => one !== undefined);
        index += 1;
        if (isDepthwise) depthwise += 1;
        else matrices += 1;
        const side = layer.kind === "conv" ? (layer.side ?? 1) : 1;
        return [
          {
            kind: "matrix",
            name,
            keys,
            rows: layer.outputs,
            window: layer.inputs,
            vectors: layer.kind === "conv" ? layer.outputPixels : 1,
            isDepthwise,
            ...(layer.kind === "conv" &&
              side > 1 && {
                slides: {
                  channels: layer.inputChannels,
                  side,
                  inputWidth: layer.inputWidth ?? Math.round(Math.sqrt(layer.outputPixels)),
                },
              }),
            bits: {
              weights: weights ?? layer.bits?.weights ?? bitsWithoutQuantizers,
              inputs: isFirst
                ? (layer.bits?.inputs ?? words.input)
                : activationBits(layer.bits?.inputs),
              outputs: isLast ? (layer.bits?.outputs ?? 0) : activationBits(layer.bits?.outputs),
            },
            memory: own?.memory ?? words.memory,
            pe: divisorAtMost(layer.outputs, own?.pe ?? 1),
            simd: divisorAtMost(layer.inputs, own?.simd ?? 1),
            isFolded: own?.pe !== undefined || own?.simd !== undefined,
          },
        ];
      }
      case "pool":
        return [
          {
            kind: "pool",
            name,
            channels: layer.channels,
            pixels: layer.pixels,
            bits: activationBits(undefined),
          },
        ];
      case "add":
      case "norm": {
        const { kind, channels, elements } = layer;
        return [
          { kind, name, channels, pixels: elements / channels, bits: activationBits(undefined) },
        ];
      }
      default:
        return [];
    }
  });
}

/** PE and SIMD have to divide the matrix; of what does not, the next smaller that does. */
function divisorAtMost(extent: number, wanted: number): number {
  for (let candidate = Math.min(extent, wanted); candidate > 1; candidate -= 1)
    if (extent % candidate === 0) return candidate;
  return 1;
}

function isProduct(layer: Hls4mlLayer): boolean {
  return layer.kind === "dense" || layer.kind === "conv";
}

/**
 * The network with another number of products: hidden ones are left out from the end, or the last hidden one is repeated. Only
 * networks of dense layers have one that can be repeated.
 */
export function withDepth(
  { layers, skipped }: Hls4mlNetwork,
  depth: number,
): Hls4mlNetwork | undefined {
  const dense = layers.filter((layer) => layer.kind === "dense");
  const last = dense.at(-1);
  const hidden = dense.slice(1, -1);
  if (last === undefined || dense.length !== layers.filter(isProduct).length || dense.length < 2)
    return undefined;
  const first = dense[0];
  if (first === undefined) return undefined;
  const wanted = depth - 2;
  const kept = hidden.slice(0, wanted);
  const width = (kept.at(-1) ?? first).outputs;
  const added = Array.from({ length: wanted - kept.length }, (_, index) => ({
    ...first,
    name: `${(kept.at(-1) ?? first).name} again ${index + 1}`,
    inputs: width,
    outputs: width,
  }));
  const chain = [first, ...kept, ...added].map(withoutValues);
  const inputs = chain.at(-1)?.outputs ?? last.inputs;
  return { layers: [...chain, withoutValues({ ...last, inputs })], skipped };
}

/** Values of weights are of the layer as it was. */
function withoutValues({ kind, name, inputs, outputs, bits }: Dense): Dense {
  return { kind, name, inputs, outputs, ...(bits !== undefined && { bits }) };
}

type Dense = Extract<Hls4mlLayer, { kind: "dense" }>;
