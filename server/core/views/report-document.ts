import type { Severity } from "../base/problem.js";
import type { Method } from "../cost/cost.js";
import type { WorkKind } from "../cost/time-by-kind.js";
import type { Verdict } from "../goals.js";
import type { Design } from "../design/design.js";
import type { ReportKernel } from "./report-kernels.js";
import type { MemoryView } from "./memory.js";
import type { MemoryTaken } from "./memory-use.js";

/**
 * The JSON document of the command line, schema version 1. Seconds, bytes, joules; counts are integers; `null` stands
 * for what is not known, never 0. Positions are zero-based, as in the language server protocol.
 */
export interface ReportDocument {
  readonly schemaVersion: 1;
  readonly file: string | null;
  /** Format that the input was read as: `onnx`, `onnx-text`, `op`, `python`; `null` when no format fits. */
  readonly kind: string | null;
  readonly model: ReportModel | null;
  readonly layers: readonly ReportLayer[];
  readonly targets: readonly ReportTarget[];
  readonly problems: readonly ReportProblem[];
  /** Present for hardware descriptions, in place of the model and its layers. */
  readonly design?: ReportDesign;
  /** Present for source files with GPU kernels in CUDA C++ or Triton, beside the model where there is one. */
  readonly kernels?: readonly ReportKernel[];
  /** Present when it is asked for. */
  readonly quantization?: ReportQuantization;
  /** Present for Python source: how the model that is reported was made and called. */
  readonly python?: ReportPython;
  /** Present for Python source: every model that was found, the reported one among them. */
  readonly models?: readonly ReportFoundModel[];
}

/** What is undefined in a design is absent here; lines are zero-based. */
export type ReportDesign = Omit<Design, "problems">;

export interface ReportQuantization {
  /** Ids of number formats, with how they are applied: `int8`, `int4@g128`. */
  readonly formats: readonly string[];
  /** Where sensitivities come from, or why there are none. */
  readonly sensitivitySource: string;
  /** Layers with weights of their own, in execution order. */
  readonly layers: readonly ReportLayerQuantization[];
}

export interface ReportLayerQuantization {
  readonly id: string;
  readonly weights: readonly string[];
  readonly elementCount: number;
  readonly excludedCount: number;
  readonly outlierRowCount: number;
  /** By format: signal to quantization noise of the weights; 200 and more is exact. */
  readonly sqnrDb: Readonly<Record<string, number | null>>;
  readonly meanSquareError: Readonly<Record<string, number>>;
  readonly cosine: Readonly<Record<string, number>>;
  readonly largestError: Readonly<Record<string, number>>;
  readonly clippedShare: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
  /** Expected square error of the outputs over their squares when this layer alone is in the first format. */
  readonly sensitivity: number | null;
  /** The same by format. */
  readonly sensitivities: Readonly<Record<string, number | null>>;
  /** The same for the layer's input, in the activation format that goes with the weights'. */
  readonly activationSensitivities: Readonly<Record<string, number | null>>;
}

export interface ReportPython {
  /** The expression that makes it. */
  readonly entry: string;
  /** A sentence: "input: from the first layer Conv2d(3, 64)". */
  readonly inputsFrom: string;
  readonly inputs: readonly ReportTensor[];
  /** Modules that were not found; stand-ins took their places. */
  readonly missingImports: readonly string[];
}

export interface ReportFoundModel {
  readonly name: string;
  readonly kind: string;
  readonly entry: string;
  /** Zero-based; null where it stands in no file. */
  readonly line: number | null;
}

export interface ReportModel {
  readonly name: string;
  readonly parameterCount: number | null;
  readonly weightBytes: number | null;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly activationElements: number | null;
  /** Elements of all constant tensors that the file stores, folded ones included. */
  readonly initializerElements: number | null;
}

export interface ReportTensor {
  readonly name: string;
  readonly type: string | null;
  /** Extents; a symbolic one as its text. */
  readonly shape: readonly (number | string)[] | null;
}

export interface ReportLayer {
  readonly id: string;
  readonly name: string;
  readonly op: string;
  readonly scope: string;
  readonly source: ReportSource | null;
  readonly inputs: readonly ReportTensor[];
  readonly outputs: readonly ReportTensor[];
  readonly parameterCount: number | null;
  readonly weightBytes: number | null;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  readonly costed: boolean;
  /** True when it is computed once, as the model is loaded. */
  readonly folded: boolean;
}

export interface ReportSource {
  readonly file: string;
  readonly line: number;
  readonly character: number;
  readonly endLine: number;
  readonly endCharacter: number;
}

export interface ReportEstimate {
  readonly low: number;
  readonly high: number;
  readonly method: Method;
}

export interface ReportTarget {
  readonly id: string;
  readonly batch: number | null;
  readonly latency:
    | (ReportEstimate & {
        readonly seconds: number;
        readonly coverage: number;
        /** Present where the measurements kept to a part of the chip: `one core of four`. */
        readonly part?: string;
      })
    | null;
  readonly memory: {
    readonly weightBytes: number | null;
    readonly peakActivationBytes: number | null;
    readonly totalBytes: number | null;
    readonly capacityBytes: number | null;
    readonly fits: boolean | null;
    /** Present where weights lie in flash: what each memory has to hold. */
    readonly memories?: readonly MemoryTaken[];
    /** How activations share memory; null while a tensor's size is not known. */
    readonly plan: MemoryView | null;
  };
  readonly energy:
    | (ReportEstimate & {
        readonly joules: number;
        /** What it is that of: a meter's scope, power × time, or counted operations. */
        readonly source: string;
        readonly isMetered: boolean;
      })
    | null;
  /** Present for a model that generates text. */
  readonly generation?: ReportGeneration;
  /** Present where merging linear blocks, as a deployed model has them, gains time. */
  readonly deployed?: ReportDeployed;
  /** Present where a budget is given. */
  readonly budget?: {
    /** Of one call. */
    readonly seconds: number;
    /** `may miss`: the budget lies inside the interval; null while the latency is not known. */
    readonly verdict: Verdict | null;
  };
  /** Present where the grid's carbon intensity is given: grams of CO₂ equivalents for 1,000 calls. */
  readonly carbon?: {
    readonly gridGramsPerKilowattHour: number;
    readonly grams: number;
    readonly low: number;
    readonly high: number;
  } | null;
  /** What each kind of work takes, longest first. */
  readonly kinds: readonly ReportKind[];
  readonly layers: readonly ReportTargetLayer[];
}

export type ReportDeployed = ReportEstimate & {
  readonly seconds: number;
  readonly kernelCount: number;
  readonly movedBytes: number;
  readonly savedParameters: number;
  /** Ids of the layers that one convolution each takes the place of. */
  readonly blocks: readonly (readonly string[])[];
};

export interface ReportKind {
  readonly kind: WorkKind;
  readonly kernelCount: number;
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
  /** Of the latency; null while that is not known. */
  readonly share: number | null;
  readonly macs: number;
  readonly flops: number;
  readonly bytes: number;
}

/** Tokens a second over all texts of the batch; `low` and `high` are seconds. */
export interface ReportGeneration {
  /** Cached tokens before the step. */
  readonly contextTokens: number;
  readonly decode: ReportRate | null;
  readonly prompt: (ReportRate & { readonly tokens: number }) | null;
  readonly cacheBytes: number;
  /** Present for a model that sees: one image, before its tokens are read like those of a prompt. */
  readonly image?: ReportEstimate & {
    readonly seconds: number;
    readonly pixels: number;
    readonly tokens: number;
    readonly parameterCount: number;
    readonly weightBytes: number;
  };
  /** What recurrent layers remember; it does not grow with the text. */
  readonly stateBytes: number;
  /** What the runtime allots beside weights and cache; null where that is not known. */
  readonly computeBytes: number | null;
}

export type ReportRate = ReportEstimate & {
  readonly seconds: number;
  readonly tokensPerSecond: number;
};

export interface ReportTargetLayer {
  readonly id: string;
  readonly seconds: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly share: number | null;
  readonly bound: string | null;
  readonly engine: string | null;
}

export interface ReportProblem {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly source: ReportSource | null;
  /** `id` of the layer that it speaks of, where there is one. */
  readonly layer?: string;
  /** The part of the model that it speaks of, in a format without text: `graph.node[12].attribute[0]`. */
  readonly path?: string;
  /** Where in a binary file. */
  readonly byteOffset?: number;
}
