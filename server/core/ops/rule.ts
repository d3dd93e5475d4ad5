import type { Dim } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import type { Attribute, Graph, Node, Scalar } from "../graph/graph.js";
import type { Shape, TensorType, ValueType } from "../graph/value-type.js";
import type { KernelShape } from "./kernel-shape.js";

/**
 * One operator family: what comes out, and what it takes to compute it. Rules are keyed by canonical operator
 * (`Conv`, `com.microsoft:FusedConv`, `ai.onnx.ml:Scaler`) and shared by every source format.
 */
export interface OpRule {
  readonly ops: readonly string[];
  /** Types of the outputs, in order; an entry is undefined where nothing can be said. Complaints go to `ctx.report`. */
  readonly infer: (ctx: InferContext) => readonly (Inferred | undefined)[];
  /** Work of one execution; undefined when shapes do not suffice (never a silent 0). */
  readonly work: (ctx: WorkContext) => Work | undefined;
}

export interface Inferred {
  readonly type: ValueType;
  /** The value itself where it is small and follows from constants or shapes. */
  readonly constant?: Constant;
}

/** A small tensor whose contents are known, possibly in terms of symbols: what `Shape` of `[batch,3]` gives. */
export interface Constant {
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  /** Row-major. Numbers for bool (0/1) and numeric types; a `Dim` may be symbolic; text for strings. */
  readonly data: readonly (Dim | Scalar)[];
}

export interface NodeContext {
  readonly node: Node;
  /** Version of the operator set that the node's domain is imported at. */
  readonly opset: number;
  /** Number of inputs written, absent ones included. */
  readonly inputCount: number;
  readonly outputCount: number;
  /** True when input `index` is there (not left out); its type may still be unknown. */
  hasInput(index: number): boolean;
  hasOutput(index: number): boolean;
  inputType(index: number): ValueType | undefined;
  /** Input `index` as a tensor; undefined when absent, of another kind, or unknown. */
  tensor(index: number): TensorType | undefined;
  shape(index: number): Shape | undefined;
  elementType(index: number): ElementType | undefined;
  constant(index: number): Constant | undefined;
  /** True when the input is a constant of the model, whether or not its contents were read. */
  isWeight(index: number): boolean;
  attribute(name: string): Attribute | undefined;
  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  graph(name: string): Graph | undefined;
}

export interface InferContext extends NodeContext {
  /** Reports a shape or type error on this node (RP1102). */
  error(message: string): void;
  warn(message: string): void;
  /**
   * A new symbol for an extent that depends on data; shown as `?n`. `most` is the largest that it can be, where the rule
   * knows that: sizes are then taken at their most for the cost (RP2212).
   */
  freshDim(most?: Dim): Dim;
  /** Infers a body of If, Loop or Scan for the given input types; captured values are resolved by the caller. */
  inferBody(
    body: Graph,
    inputs: readonly (Inferred | undefined)[],
  ): readonly (Inferred | undefined)[];
}

export interface WorkContext extends NodeContext {
  outputType(index: number): ValueType | undefined;
  outputShape(index: number): Shape | undefined;
  /** Extents of input `index` as numbers, or undefined while any is unknown. */
  dims(index: number): readonly number[] | undefined;
  outputDims(index: number): readonly number[] | undefined;
  inputElements(index: number): number | undefined;
  outputElements(index: number): number | undefined;
  /** Sum of the work in a body, with its subgraphs, for one execution; undefined while a node of it is not known. */
  bodyWork(body: Graph): BodyWork | undefined;
}

export interface BodyWork {
  readonly macs: number;
  readonly otherFlops: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** Work of one execution of a node, before any fusion. */
export interface Work {
  /** Multiply-accumulates. */
  readonly macs: number;
  /**
   * Arithmetic that is not part of a MAC: one for each addition, comparison, division or transcendental evaluated per
   * element. The report's flops are 2 × macs + otherFlops.
   */
  readonly otherFlops: number;
  /** Bytes read and written when they differ from "all inputs once, all outputs once" (Gather, Slice, views). */
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly kernel: KernelShape;
}
