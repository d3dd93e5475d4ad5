import type { VisionDescription } from "./vision.js";
import type { ElementType } from "../../graph/element-type.js";

/**
 * A language model that generates text token by token, as its configuration describes it: a stack of blocks of attention
 * and feed-forward layers. Both a Hugging Face `config.json` and the metadata of a GGUF file come down to this.
 */
export interface DecoderDescription {
  readonly name: string;
  /** `llama`, `qwen3_moe`: the family as the file calls it. */
  readonly family: string;
  /** That share the model; sizes are those of one device's part. 1 where left out. */
  readonly devices?: number;
  readonly layerCount: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
  readonly feedForward: FeedForward;
  readonly experts?: Experts;
  /** Keys and values come from a small vector per token, which alone is cached (DeepSeek-V2, section 2.1). */
  readonly latent?: LatentSizes;
  /** Layers that keep a state of fixed size, beside attention or in its place (Mamba and hybrids). */
  readonly stateSpace?: StateSpace;
  readonly vision?: VisionDescription;
  readonly norm: "rms" | "layer";
  /** Norms of queries and keys within each head (Qwen 3, Gemma 3). */
  readonly hasHeadNorms: boolean;
  /** Norms behind attention and feed-forward too (Gemma 2, OLMo 2). */
  readonly hasPostNorms: boolean;
  /** No norm in front of attention and feed-forward (OLMo 2). */
  readonly hasPreNorms: boolean;
  readonly hasQkvBias: boolean;
  readonly hasOutputBias: boolean;
  /** Queries, keys and values come from one product (GPT-2, GPT-NeoX, Phi 3). */
  readonly isQkvFused: boolean;
  /** Attention and feed-forward read the same input and are added together (GPT-NeoX, GPT-J, Falcon). */
  readonly isParallel: boolean;
  /** Of two that are parallel, feed-forward has a norm of its own (GPT-NeoX). */
  readonly hasTwoNorms: boolean;
  readonly isRotary: boolean;
  /** Rows of a table of learnt positions, 0 for none (GPT-2, OPT). */
  readonly positions: number;
  /** What attention answers is multiplied by a gate of the input, before the output's product (Qwen3-Next). */
  readonly hasOutputGate?: boolean;
  /** The output layer's weights are the embedding's. */
  readonly isTied: boolean;
  /** Servers leave the output layer in 16 bits, and the embedding, where other weights are quantized. */
  readonly hasWideHead?: boolean;
  /** Precision of targets that counts quantized weights as the checkpoint stores them: `fp8-block`. */
  readonly storedPrecision?: string;
  /** Keys that a query of the layer sees, 0 for all. */
  readonly windowOf: (layer: number) => number;
  readonly elementType: ElementType;
  /** Longest context that it was trained for; undefined when the file does not tell. */
  readonly contextLimit: number | undefined;
}

export interface FeedForward {
  readonly inner: number;
  /** Two products side by side, one through the activation, multiplied (SwiGLU, GeGLU). */
  readonly isGated: boolean;
  readonly activation: "silu" | "gelu" | "relu";
  readonly hasBias: boolean;
  /** The two products of a gate come from one (Phi 3). */
  readonly isFused: boolean;
}

/** Sizes of multi-head latent attention; `headSize` is that of a query, with and without rotation together. */
export interface LatentSizes {
  /** Elements of the vector that all keys and values of a token are made from. */
  readonly rank: number;
  /** Elements that queries are compressed to, 0 when they are not. */
  readonly queryRank: number;
  /** Elements of a head's query and key that are not rotated, that are, and of its value. */
  readonly plainSize: number;
  readonly rotarySize: number;
  readonly valueSize: number;
}

export interface StateSpace {
  /** 1: a state for each channel (Mamba). 2: one for each head (Mamba-2). */
  readonly generation: 1 | 2;
  /** Channels of the recurrence. */
  readonly inner: number;
  readonly heads: number;
  /** Heads that share what goes in and out of their states. */
  readonly groups: number;
  /** Elements of the state for each channel. */
  readonly stateSize: number;
  /** Elements that the steps of all channels come from; 0 where each head has its own. */
  readonly stepRank: number;
  readonly kernelSize: number;
  readonly hasConvolutionBias: boolean;
  readonly hasProjectionBias: boolean;
  /** A norm behind the gate, before the output. */
  readonly hasNorm: boolean;
  readonly mixerOf: (layer: number) => "attention" | "state" | "both";
  readonly hasFeedForward: (layer: number) => boolean;
  /** Of a model with experts, layers that have a plain feed-forward in their place. */
  readonly isDense?: (layer: number) => boolean;
  /** Layers of a mixer each, where the file counts mixers and feed-forwards one by one (Nemotron-H). */
  readonly layerCount?: number;
}

export interface Experts {
  readonly count: number;
  readonly chosen: number;
  readonly inner: number;
  /** Inner size of the part that every token visits, 0 for none. */
  readonly sharedInner: number;
  /** Each expert has a bias by which the router evens out their load (DeepSeek-V3). */
  readonly hasRouterBias: boolean;
  /** Layers that have a plain feed-forward in their place. */
  readonly isDense: (layer: number) => boolean;
}
