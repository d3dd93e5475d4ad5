import type { TextSpan } from "../base/text-span.js";
import type { Affine } from "./affine.js";
import type { Directive } from "./directives.js";
import type { ElementType } from "./element-type.js";

/** A C++ file as the loops, statements and arrays that high-level synthesis makes hardware of. */
export interface HlsUnit {
  readonly functions: readonly HlsFunction[];
}

export interface HlsFunction {
  readonly name: string;
  readonly nameSpan: TextSpan;
  readonly span: TextSpan;
  readonly parameters: readonly Variable[];
  /** Locals and globals that the body names. */
  readonly variables: ReadonlyMap<string, Variable>;
  readonly body: readonly Step[];
  readonly directives: readonly Directive[];
  /** Whether a directive (`ACCEL kernel`, `HLS INTERFACE`, an `hls_top`) says that this is a top. */
  readonly isMarkedTop: boolean;
  /** What is called without a body that anybody has: names, each once. What they take is in no number. */
  readonly uncounted?: readonly string[];
}

export interface Variable {
  readonly name: string;
  readonly type: ElementType;
  /** Extents; undefined where one is not a constant. */
  readonly dims: readonly (number | undefined)[];
  readonly kind: "argument" | "local" | "global";
  /** A pointer or reference without extents counts as an array of one unknown extent when it is a pointer. */
  readonly isStream: boolean;
  readonly isConstant: boolean;
  readonly span: TextSpan;
}

export type Step = Loop | Assign | Branch | Call;

export interface Loop {
  readonly kind: "loop";
  /** In reading order within the function, from 0. */
  readonly id: number;
  readonly label: string;
  readonly iterator: string;
  readonly trip: TripCount;
  readonly stride: number;
  readonly body: readonly Step[];
  readonly directives: readonly Directive[];
  readonly span: TextSpan;
  /** From the keyword to the end of the header. */
  readonly headerSpan: TextSpan;
  /** Of the statement before which a directive goes: the label's or the loop's start. */
  readonly startOffset: number;
  /** Whether it stands in a header: what it costs counts, but nothing is shown or changed there. */
  readonly isElsewhere?: boolean;
  /** Whether it is a call that moves memory (`memcpy`): no directive can be written at it. */
  readonly isMove?: boolean;
  /** Whether its body calls something whose cost nobody knows. */
  readonly hasUncounted?: boolean;
}

export interface TripCount {
  /** What one entry of the loop runs on average; undefined when nothing says it. */
  readonly average: number | undefined;
  readonly most: number | undefined;
  readonly source: "constant" | "declared" | "average of the outer loops" | "unknown";
}

export interface Assign {
  readonly kind: "assign";
  readonly target: Access;
  readonly value: Expression;
  /** `sum += x` reads its target; the operator that joins them is the root of `value`. */
  readonly isCompound: boolean;
  readonly span: TextSpan;
}

export interface Branch {
  readonly kind: "branch";
  readonly condition: Expression;
  readonly then: readonly Step[];
  readonly otherwise: readonly Step[];
  readonly span: TextSpan;
}

/** A call of a function of the file for its effects; its body has been put in place of it. */
export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly body: readonly Step[];
  /** Of the called function's body, not of its loops. */
  readonly directives: readonly Directive[];
  readonly span: TextSpan;
}

export interface Access {
  readonly name: string;
  readonly type: ElementType;
  /** One for each subscript; undefined where the subscript is no affine function of loop iterators. */
  readonly indices: readonly (Affine | undefined)[];
  /** What the subscripts that are not affine read and compute. */
  readonly indexWork: readonly Expression[];
  readonly span: TextSpan;
}

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly type: ElementType }
  | { readonly kind: "access"; readonly access: Access; readonly type: ElementType }
  | {
      readonly kind: "operation";
      readonly op: Operator;
      readonly args: readonly Expression[];
      readonly type: ElementType;
    };

export type Operator =
  | "add"
  | "sub"
  | "mul"
  /** A product with a constant of two signed digits (`x * 3`, `x * 60`): two shifts and one sum or difference. */
  | "scale"
  | "div"
  | "rem"
  | "compare"
  | "logic"
  | "shift"
  | "select"
  | "convert"
  | "sqrt"
  | "exp"
  | "function";
