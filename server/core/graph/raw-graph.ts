import type { Place, TextSpan } from "../base/text-span.js";
import type { Attribute, Weight } from "./graph.js";
import type { ValueType } from "./value-type.js";

/** A graph as a file writes it: values are names and nodes stand in the file's order. `assembleModel` resolves it. */
export interface RawGraph {
  readonly name: string;
  readonly inputs: readonly RawValue[];
  readonly outputs: readonly RawValue[];
  readonly initializers: readonly RawInitializer[];
  /** Types that the file gives for values between nodes. */
  readonly valueInfos: readonly RawValue[];
  readonly nodes: readonly RawNode[];
  /** Outputs of nodes that could not be read: they are there, with nothing known of them. */
  readonly unreadable?: readonly RawValue[];
  readonly place?: Place;
}

export interface RawValue {
  readonly name: string;
  readonly declared?: ValueType | undefined;
  readonly place?: Place;
}

export interface RawInitializer {
  readonly name: string;
  readonly weight: Weight;
  readonly place?: Place;
}

export interface RawNode {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  readonly overload?: string;
  readonly sourceOp?: string;
  /** Value names; "" where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  readonly scope: string;
  readonly metadata?: ReadonlyMap<string, string>;
  readonly place?: Place;
  /** Where the names stand when the source is a text; parallel to `inputs` and `outputs`. */
  readonly inputSpans?: readonly TextSpan[];
  readonly outputSpans?: readonly TextSpan[];
}

export type RawAttribute =
  | Exclude<Attribute, { readonly kind: "graph" | "graphs" }>
  | { readonly kind: "raw-graph"; readonly value: RawGraph }
  | { readonly kind: "raw-graphs"; readonly value: readonly RawGraph[] };

export function textPlace(span: TextSpan | undefined): Place | undefined {
  return span && { kind: "text", span };
}
