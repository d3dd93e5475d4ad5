import type { ElementType } from "../../graph/element-type.js";
import type { SourceFrame } from "../../graph/graph.js";

/**
 * What a run of a model has recorded, after decoding: every index lies inside its list, every extent is a whole number.
 * Positions are zero-based and in UTF-16 units, as everywhere here.
 */
export interface TraceDocument {
  readonly frames: readonly SourceFrame[];
  readonly tensors: readonly TraceTensor[];
  readonly modules: readonly TraceModule[];
  readonly calls: readonly TraceCall[];
  /** Tensors given to the model, in order, with the names of `forward`'s parameters. */
  readonly inputs: readonly { readonly tensor: number; readonly name: string }[];
  readonly outputs: readonly number[];
}

export interface TraceTensor {
  readonly shape: readonly number[];
  /** Undefined for a type that has no counterpart here. */
  readonly elementType: ElementType | undefined;
  readonly role: TensorRole;
  /** Dotted name of a parameter or buffer; "" otherwise. */
  readonly name: string;
}

export type TensorRole = "input" | "parameter" | "buffer" | "constant" | "activation";

export interface TraceModule {
  readonly path: string;
  readonly className: string;
  readonly frames: readonly number[];
}

/** One operator call; `op` is the name of torch's function. */
export interface TraceCall {
  readonly op: string;
  /** Tensors by index, -1 where an optional one is left out, in the order of the functional's parameters. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly attributes: ReadonlyMap<string, TraceValue>;
  /** Module whose `forward` runs, or -1. */
  readonly module: number;
  /** Innermost first. */
  readonly frames: readonly number[];
}

export type TraceValue = number | boolean | string | readonly TraceValue[];
