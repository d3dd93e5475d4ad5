import type { Problem } from "../../../base/problem.js";
import type { GraphDraft } from "../draft.js";
import type { MlirOperation, MlirRegion, MlirType } from "../syntax.js";
import type { TextGraph } from "../../onnx-text/syntax-context.js";

/** What a dialect may ask beside the graph that it adds to. */
export interface Lowering {
  readonly report: (problem: Problem) => void;
  /** A region as a graph of its own; what it yields are its outputs. */
  readonly region: (
    draft: GraphDraft,
    region: MlirRegion,
    name: string,
    options?: RegionOptions,
  ) => TextGraph;
  /** Emits a call of a function of the module; false where there is none of that name. */
  readonly call: (draft: GraphDraft, operation: MlirOperation, callee: string) => boolean;
}

export interface RegionOptions {
  /** Names of values that stand before the region's own arguments: a loop's counter. */
  readonly leading?: readonly { readonly name: string; readonly elementType: "int64" | "bool" }[];
  /** Types of the region's arguments, where they are not written beside them. */
  readonly types?: readonly (MlirType | undefined)[];
  /** Outputs that stand before what the region yields. */
  readonly leadingOutputs?: readonly string[];
}

/**
 * Adds what an operation does to the graph. False where this form of it has no counterpart: it is then kept under its own
 * name, without a cost.
 */
export type Handler = (draft: GraphDraft, operation: MlirOperation, lowering: Lowering) => boolean;

export type HandlerTable = Readonly<Record<string, Handler>>;
