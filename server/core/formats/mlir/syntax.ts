import type { TextSpan } from "../../base/text-span.js";

/** An MLIR text as it is written: operations with their regions, before anything is known of their dialects. */
export interface MlirOperation {
  /** With its dialect: `stablehlo.add`; quoted and bare spellings are the same. */
  readonly name: string;
  readonly nameSpan: TextSpan;
  /** The first `@name` of custom assembly. */
  readonly symbolSpan?: TextSpan | undefined;
  readonly results: readonly MlirResult[];
  /** All values that it reads, in the order in which they are written, regions aside. */
  readonly operands: readonly MlirOperand[];
  /** What stands between the name and the types, where the operation is not in generic form. */
  readonly items: readonly MlirItem[];
  readonly attributes: ReadonlyMap<string, MlirAttribute>;
  readonly regions: readonly MlirRegion[];
  /** Types of the results, where they are written; one may stand for all. */
  readonly resultTypes: readonly MlirType[];
  /** Types of the operands, where they are written apart from the results'. */
  readonly operandTypes: readonly MlirType[];
  readonly location: MlirAttribute | undefined;
  readonly span: TextSpan;
}

/** `%0`, `%0:2` (two values that are written `%0#0` and `%0#1`). */
export interface MlirResult {
  readonly name: string;
  readonly count: number;
  readonly span: TextSpan;
}

export interface MlirOperand {
  /** Without the `%`, with its number: `0`, `arg0`, `3#1`. */
  readonly name: string;
  readonly span: TextSpan;
}

export interface MlirRegion {
  readonly blocks: readonly MlirBlock[];
  readonly span: TextSpan;
}

export interface MlirBlock {
  readonly arguments: readonly MlirArgument[];
  readonly operations: readonly MlirOperation[];
}

export interface MlirArgument extends MlirOperand {
  readonly type: MlirType | undefined;
  readonly attributes: ReadonlyMap<string, MlirAttribute>;
  readonly location?: MlirAttribute | undefined;
}

/** Pieces of custom assembly in the order of the text. */
export type MlirItem =
  | { readonly kind: "operand"; readonly operand: MlirOperand }
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "mark"; readonly text: string }
  | { readonly kind: "attribute"; readonly value: MlirAttribute }
  | { readonly kind: "type"; readonly type: MlirType }
  | {
      readonly kind: "group";
      readonly open: "(" | "[" | "<" | "{";
      readonly items: readonly MlirItem[];
    };

export type MlirType =
  | {
      readonly kind: "tensor";
      /** `tensor`, `memref`, `vector`, `vtensor` (torch). */
      readonly container: string;
      /** Undefined for an unranked tensor; an extent is undefined where it is `?`. */
      readonly shape: readonly (number | undefined)[] | undefined;
      /** As written: `f32`, `!quant.uniform<i8:f32, 0.1>`. */
      readonly elementType: string;
    }
  | { readonly kind: "scalar"; readonly name: string }
  | { readonly kind: "tuple"; readonly members: readonly MlirType[] }
  | {
      readonly kind: "function";
      readonly inputs: readonly MlirType[];
      readonly results: readonly MlirType[];
    }
  | { readonly kind: "other"; readonly text: string };

export type MlirAttribute =
  | { readonly kind: "number"; readonly value: number; readonly type: MlirType | undefined }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "type"; readonly type: MlirType }
  | { readonly kind: "list"; readonly items: readonly MlirAttribute[] }
  | { readonly kind: "dictionary"; readonly entries: ReadonlyMap<string, MlirAttribute> }
  /** Elements of a tensor; `values` only where they are few and written as numbers. */
  | {
      readonly kind: "dense";
      readonly type: MlirType | undefined;
      readonly isSplat: boolean;
      readonly values: readonly number[] | undefined;
      /** The contents lie in a resource or a parameter archive. */
      readonly key?: string;
    }
  | { readonly kind: "map"; readonly map: AffineMap }
  /** `#stablehlo.conv<…>`: a dialect's own attribute with what stands between its brackets. */
  | { readonly kind: "dialect"; readonly name: string; readonly items: readonly MlirItem[] }
  /** `#loc3`, defined at the end of the text. */
  | { readonly kind: "alias"; readonly name: string };

/** `affine_map<(d0, d1) -> (d0, d1 * 2)>`. */
export interface AffineMap {
  readonly dimensionCount: number;
  readonly results: readonly AffineExpression[];
}

/** A sum of dimensions and a constant; undefined coefficients are no maps of ours (`floordiv`, `mod`). */
export interface AffineExpression {
  /** Coefficient by dimension. */
  readonly terms: ReadonlyMap<number, number>;
  readonly constant: number;
  /** False where it holds what is no sum: the terms say then only which dimensions it depends on. */
  readonly isLinear: boolean;
}
