import type { Problem } from "../base/problem.js";
import type { Constant } from "../ops/rule.js";
import type { Graph, NodeId, ValueId } from "./graph.js";
import type { ValueType } from "./value-type.js";

/** A graph with the types that inference found; parallel to `graph.values`. */
export interface InferredGraph {
  readonly graph: Graph;
  readonly types: readonly (ValueType | undefined)[];
  /** Small values that follow from constants and shapes. */
  readonly constants: ReadonlyMap<ValueId, Constant>;
  /** Values that do not depend on the graph's inputs: initializers and what is computed from them alone. */
  readonly isConstant: readonly boolean[];
  /** Inferred bodies of If, Loop and Scan, in attribute order. */
  readonly bodies: ReadonlyMap<NodeId, readonly InferredGraph[]>;
  readonly problems: readonly Problem[];
  /** Symbols that stay unbound, in order of appearance, without the anonymous ones. */
  readonly symbols: readonly string[];
  /** Some extent depends on data, and a rule knows the most that it can be. */
  readonly hasDataExtents?: boolean;
}
