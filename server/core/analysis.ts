import type { Problem } from "./base/problem.js";
import type { KernelCost, Estimate } from "./cost/cost.js";
import type { Model, NodeId } from "./graph/graph.js";
import type { Goals } from "./goals.js";
import type { InferredGraph } from "./graph/inferred.js";
import type { TensorType } from "./graph/value-type.js";
import type { Deployment } from "./linear-blocks/deployment.js";
import type { Lowered } from "./lower/lowered.js";
import type { MemoryPlan } from "./memory/plan.js";
import type { QuantizationFacts } from "./quant/facts.js";
import type { Target } from "./targets/target.js";
import type { Call } from "./work/default-tokens.js";

/** What the user fixes before shapes are inferred. */
export interface Bindings {
  /** Replaces the first symbolic or declared extent of every input that has a batch dimension. */
  readonly batch?: number;
  /** Types given for inputs by name; "" binds the single input. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  /** Extents by symbol; a name that is no symbol but a scalar input gives its contents. */
  readonly dims: ReadonlyMap<string, number>;
  /** What inputs hold, by name; "" stands for the single input. */
  readonly contents?: ReadonlyMap<string, readonly number[]>;
  /** What the results are judged by. */
  readonly goals?: Goals;
}

/** One node of the source, with what it takes whatever the target. Parallel to `model.graph.nodes`. */
export interface Layer {
  readonly nodeId: NodeId;
  readonly parameterCount: number;
  /** Bytes of its constant inputs as the file stores them. */
  readonly weightBytes: number;
  /** `undefined`: not known, `reason` says why. */
  readonly macs: number | undefined;
  readonly flops: number | undefined;
  readonly readBytes: number | undefined;
  readonly writeBytes: number | undefined;
  readonly isCosted: boolean;
  readonly reason?: string;
  /** True when it is computed once when the model is loaded: its inputs are all constants. */
  readonly isFolded: boolean;
}

export interface Totals {
  readonly parameterCount: number;
  readonly weightBytes: number;
  readonly macs: number | undefined;
  readonly flops: number | undefined;
  /** Output elements of convolutions, linear layers and matrix products, attention's two among them. */
  readonly activationElements: number | undefined;
  /** Elements of all initializers of the file, whoever reads them; `parameterCount` leaves out what folding removes. */
  readonly initializerElements: number;
  /** Nodes without a rule or without shapes. */
  readonly uncostedCount: number;
}

/** The model on one target. Parallel to `layers`; a node inside a fused kernel has its share in `seconds`. */
export interface TargetAnalysis {
  readonly target: Target;
  /** First extent of the inputs, where they have one in common. */
  readonly batch: number | undefined;
  readonly lowered: Lowered;
  readonly kernelCosts: readonly KernelCost[];
  readonly latency: Estimate | undefined;
  readonly energy: Estimate | undefined;
  /** Present for a model that generates text. */
  readonly generation?: TargetGeneration;
  /** Present where blocks are linear, and merging each into one convolution gains time. */
  readonly deployment?: Deployment;
  readonly weightBytes: number;
  readonly memoryPlan: MemoryPlan | undefined;
  readonly peakActivationBytes: number | undefined;
  readonly totalBytes: number | undefined;
  /** Bytes of the memory that activations live in, and of flash where the chip keeps weights there. */
  readonly capacityBytes: number;
  readonly fits: boolean | undefined;
  /** Nodes that the runtime's engine does not run: its fallback does, or nothing (RP1203). */
  readonly unsupportedNodes: readonly NodeId[];
  readonly problems: readonly Problem[];
}

/** How fast a target reads and writes text. */
export interface TargetGeneration {
  readonly call: Call;
  readonly batch: number;
  /** One new token for each text; undefined where the call is a prompt, or not all is costed. */
  readonly step: Estimate | undefined;
  readonly prompt: { readonly tokens: number; readonly latency: Estimate } | undefined;
  /** Keys and values of the cached tokens. */
  readonly cacheBytes: number;
  /** Encoding one image, whose tokens are then read like those of a prompt; its weights are its own. */
  readonly image?: {
    readonly size: number;
    readonly tokens: number;
    readonly parameterCount: number;
    readonly weightBytes: number;
    readonly latency: Estimate;
  };
  /** What recurrences remember, however long the text. */
  readonly stateBytes: number;
  /** What the runtime allots beside weights and cache, where that is known. */
  readonly computeBytes?: number;
}

/** Everything known of one model under one set of bindings. Immutable. */
export interface Analysis {
  readonly model: Model;
  readonly inferred: InferredGraph;
  readonly layers: readonly Layer[];
  readonly totals: Totals;
  /** In declared types, every node a step; undefined while a shape is unknown. */
  readonly memoryPlan: MemoryPlan | undefined;
  readonly targets: readonly TargetAnalysis[];
  readonly problems: readonly Problem[];
  readonly goals?: Goals;
  /** Where it has been asked for: what number formats do to the weights. */
  readonly quantization?: QuantizationFacts;
}
