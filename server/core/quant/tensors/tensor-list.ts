import type { Problem } from "../../base/problem.js";
import type { ElementType } from "../../graph/element-type.js";

/** A tensor of a file that holds weights and no graph. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elementType: ElementType;
  /** File relative to the one that was asked for; that one when left out. */
  readonly file?: string;
  readonly offset: number;
}

export interface TensorList {
  readonly tensors: readonly StoredTensor[];
  readonly problems: readonly Problem[];
}
