import type { Sourced } from "./chip.js";

/** Software that executes a model on a chip. One file each in `server/data/runtimes`. */
export interface Runtime {
  readonly id: string;
  readonly name: string;
  /**
   * Engine that runs what it supports (`gpu`, `npu`, `cpu`, `mcu`); the rest goes to `fallback` where there is one.
   * In a file `chip` stands for the kind of whatever chip it runs on.
   */
  readonly engine: string;
  readonly fallback?: string;
  /** Share of a memory level's peak bandwidth that a streaming kernel reaches. */
  readonly bandwidthEfficiency: Sourced;
  /** Share of the arithmetic peak that a large kernel of the kind reaches; `default` for kinds not listed. */
  readonly computeEfficiency: Readonly<Record<string, Sourced>>;
  /** Seconds added to every kernel (launch, dispatch). */
  readonly kernelOverhead: Sourced;
  /** Seconds added once per inference. */
  readonly inferenceOverhead: Sourced;
  /** Ids of the lowering passes it applies, in order: `fold-constants`, `fold-batch-norm`, `fuse-activation`, … */
  readonly passes: readonly string[];
  /** Operators (keys as in rules) that it does not run on its engine. Empty: runs all. */
  readonly unsupported: readonly string[];
  /** Where that list comes from. */
  readonly unsupportedSource?: string;
  /** Further ones by chip: the beginning of its id. */
  readonly unsupportedOn?: Readonly<Record<string, readonly string[]>>;
  /** Further ones by precision: a quantized form that the engine lacks. */
  readonly unsupportedIn?: Readonly<Record<string, readonly string[]>>;
  /** How it lays out activations where that is not one buffer for each tensor (`memory/line-buffers.ts`). */
  readonly arena?: "line-buffered";
  /** Images that go through the layers side by side and share the chip's memory; one where it is not given. */
  readonly imagesAtOnce?: Sourced;
  /** Bytes that the runtime itself takes on the device. */
  readonly memoryOverhead: Sourced;
  /** Interval of the roofline method: the truth is expected within [seconds × low, seconds × high] in 90 % of cases. */
  readonly rooflineInterval: { readonly low: Sourced; readonly high: Sourced };
}
