import type { TextSpan } from "../base/text-span.js";

/**
 * What a pragma asks of high-level synthesis, whatever the dialect. A placeholder (`auto{__PIPE__L0}`, as design space
 * explorers for Merlin write it) leaves the value open: it counts as not set and names a dimension of the search.
 */
export type Directive = DirectiveBody & {
  readonly dialect: Dialect;
  readonly span: TextSpan;
  /** Whether it stands in a script of the project: nothing of the source's text says it. */
  readonly isElsewhere?: boolean;
  /** The name between `auto{` and `}`. */
  readonly placeholder?: string;
};

export type Dialect = "vitis" | "merlin" | "intel" | "catapult";

export type DirectiveBody =
  /** `interval` undefined: the tool chooses. `isOff` forbids. `flatten`: sub-loops are unrolled (Merlin's fine grain). */
  | {
      readonly kind: "pipeline";
      readonly interval?: number;
      readonly isOff: boolean;
      readonly grain: "fine" | "coarse" | "unrolled";
    }
  /** `factor` undefined: fully. */
  | { readonly kind: "unroll"; readonly factor?: number; readonly isOff: boolean }
  /** Merlin's parallel: unrolling with the partitions and the reduction trees that it needs. */
  | { readonly kind: "parallel"; readonly factor?: number; readonly reduction?: string }
  | { readonly kind: "tile"; readonly factor?: number }
  | { readonly kind: "dataflow" }
  | { readonly kind: "inline"; readonly isOff: boolean }
  | { readonly kind: "flatten"; readonly isOff: boolean }
  | {
      readonly kind: "partition";
      readonly variable: string;
      readonly scheme: "complete" | "cyclic" | "block";
      readonly factor?: number;
      /** From 1; 0 is every dimension. */
      readonly dim: number;
      /** Reshaping puts the parts beside one another in one wide word. */
      readonly isReshape: boolean;
    }
  | {
      readonly kind: "interface";
      readonly mode: string;
      readonly port: string;
      readonly bundle?: string;
      /** Of a bus: cycles to an answer, and reads that may be under way. */
      readonly latency?: number;
      readonly outstanding?: number;
      /** Bits of the widest word. */
      readonly widest?: number;
    }
  | { readonly kind: "stream"; readonly variable: string; readonly depth?: number }
  | { readonly kind: "bind"; readonly variable: string; readonly storage: string }
  | {
      readonly kind: "tripcount";
      readonly least?: number;
      readonly most?: number;
      readonly average?: number;
    }
  | { readonly kind: "dependence"; readonly variable?: string; readonly isFalse: boolean }
  | { readonly kind: "allocation"; readonly what: string; readonly limit?: number }
  | { readonly kind: "top" }
  /** Recognised, and without an influence on the estimate. */
  | { readonly kind: "other"; readonly name: string };

export type DirectiveOf<K extends Directive["kind"]> = Extract<Directive, { kind: K }>;

export function directiveOf<K extends Directive["kind"]>(
  directives: readonly Directive[],
  kind: K,
): DirectiveOf<K> | undefined {
  return directives.find((one): one is DirectiveOf<K> => one.kind === kind);
}

export function directivesOf<K extends Directive["kind"]>(
  directives: readonly Directive[],
  kind: K,
): readonly DirectiveOf<K>[] {
  return directives.filter((one): one is DirectiveOf<K> => one.kind === kind);
}
