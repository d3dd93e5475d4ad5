/**
 * The shape of the work, in the terms a cost model needs. Extents are counts of elements; all are ≥ 0.
 * A calibrated model looks up utilisation by these numbers, so they are canonical across source formats.
 */
export type KernelShape =
  /** `batch` independent products [m,k]×[k,n]; `sharedRight` when one right operand serves all (a linear layer). */
  | {
      readonly kind: "matmul";
      readonly batch: number;
      readonly m: number;
      readonly n: number;
      readonly k: number;
      readonly hasConstantRight: boolean;
      /** Both operands have two batch axes or more, as where heads have been taken apart; absent where not. */
      readonly hasHeads?: boolean;
      /** The right operand lies as [n,k] (weights of torch's linear layers are [out, in]); absent where as [k,n]. */
      readonly isRightTransposed?: boolean;
      /** A row is added to the product by the same call; absent where not. */
      readonly hasBias?: boolean;
    }
  | {
      readonly kind: "conv";
      readonly batch: number;
      readonly groups: number;
      readonly inputChannels: number;
      readonly outputChannels: number;
      readonly inputSize: readonly number[];
      readonly outputSize: readonly number[];
      readonly kernelSize: readonly number[];
      readonly strides: readonly number[];
      /** Steps between the elements of the window; absent where all are 1. */
      readonly dilations?: readonly number[];
      readonly isTransposed: boolean;
      /** Deformable: where each element of the window is sampled follows from data, for so many groups of channels. */
      readonly offsetGroups?: number | undefined;
    }
  | {
      readonly kind: "attention";
      readonly batch: number;
      readonly queryHeads: number;
      readonly keyHeads: number;
      readonly queryLength: number;
      readonly keyLength: number;
      readonly headSize: number;
      readonly valueHeadSize: number;
      readonly isCausal: boolean;
      /** Keys visible to a query, 0 for all. */
      readonly window: number;
      /** Two products and a softmax one after the other: what a runtime makes of attention that it cannot fuse. */
      readonly isUnfused?: boolean;
    }
  /** `steps` sequential steps of `gates` gates over `batch` rows; `directions` run side by side. */
  | {
      readonly kind: "recurrent";
      readonly steps: number;
      readonly batch: number;
      readonly inputSize: number;
      readonly hiddenSize: number;
      readonly gates: number;
      readonly directions: number;
    }
  | { readonly kind: "pool"; readonly outputElements: number; readonly windowElements: number }
  | { readonly kind: "elementwise"; readonly elements: number }
  /** `rows` independent normalizations or softmaxes over `columns` elements. */
  | { readonly kind: "normalization"; readonly rows: number; readonly columns: number }
  | { readonly kind: "softmax"; readonly rows: number; readonly columns: number }
  | { readonly kind: "reduction"; readonly inputElements: number; readonly outputElements: number }
  | { readonly kind: "gather"; readonly elements: number }
  /** Copies and layout changes: Transpose, Concat, Slice, Pad, Resize by copying. */
  | { readonly kind: "movement"; readonly elements: number }
  | { readonly kind: "resize"; readonly outputElements: number }
  /** `isDynamic`: the scale is found on the way, which takes a pass of its own. */
  | { readonly kind: "quantize"; readonly elements: number; readonly isDynamic?: boolean }
  /**
   * A mixture of experts on one device, from router output to combined output: of `experts`, `localExperts` are here, and
   * each token visits `chosen` of all. `skew` is the exponent of the power law by which tokens choose, 0 for evenly.
   */
  | {
      readonly kind: "moe";
      readonly tokens: number;
      readonly hidden: number;
      readonly inter: number;
      readonly experts: number;
      readonly localExperts: number;
      readonly chosen: number;
      readonly isGated: boolean;
      readonly skew: number;
    }
  /**
   * `group` devices exchange a message: the whole buffer of an all-reduce, the gathered output of an all-gather, the
   * input of a reduce-scatter, all that one device sends in an all-to-all.
   */
  | {
      readonly kind: "collective";
      readonly collective: CollectiveKind;
      readonly group: number;
      readonly bytes: number;
      readonly elementBytes: number;
      /** Who does it where the runtime has a choice: `nccl`, `custom`; empty for what the runtime would take. */
      readonly library: string;
    }
  | { readonly kind: "sort"; readonly rows: number; readonly columns: number }
  | { readonly kind: "transform"; readonly rows: number; readonly columns: number }
  /** Changes no bytes: Reshape, Squeeze, Identity, Shape, and constants. A runtime executes nothing for it. */
  | { readonly kind: "view" }
  /** If, Loop, Scan: the work is that of its bodies. */
  | { readonly kind: "control" };

export type KernelKind = KernelShape["kind"];

export type CollectiveKind = "all-reduce" | "all-gather" | "reduce-scatter" | "all-to-all";
