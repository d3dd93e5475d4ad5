import type { Problem } from "../../base/problem.js";
import type { ElementType } from "../../graph/element-type.js";

/** A tensor of a file that holds weights and no graph. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of what its numbers are read as; its bytes are something else where it lies in blocks. */
  readonly elementType: ElementType;
  /** ggml's type of blocks that it lies in. */
  readonly blocks?: string;
  /** File relative to the one that was asked for; that one when left out. */
  readonly file?: string;
  readonly offset: number;
}

export interface TensorList {
  readonly tensors: readonly StoredTensor[];
  readonly problems: readonly Problem[];
}
