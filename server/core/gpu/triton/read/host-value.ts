import type { TextSpan } from "../../../base/text-span.js";
import type { PyFunction } from "../../../python/syntax.js";

/** What an expression outside of kernels comes to, as far as it follows from the text: sizes, lists of configurations. */
export type HostValue =
  | { readonly kind: "number"; readonly value: number; readonly isFloat?: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "none" }
  | { readonly kind: "list"; readonly items: readonly HostValue[] }
  | { readonly kind: "dict"; readonly entries: ReadonlyMap<string, HostValue> }
  | { readonly kind: "function"; readonly function: PyFunction }
  | { readonly kind: "lambda"; readonly parameter: string | undefined; readonly call: LambdaCall }
  | { readonly kind: "config"; readonly config: TritonConfig }
  /** Streaming multiprocessors of the device. */
  | { readonly kind: "sm-count" }
  /** `tl.float16`, `torch.bfloat16`: Ridgepoint's name of the type. */
  | { readonly kind: "type"; readonly type: string }
  | {
      readonly kind: "tensor";
      readonly type: string | undefined;
      readonly shape: readonly (number | undefined)[] | undefined;
    }
  | { readonly kind: "unknown" };

export type LambdaCall = (argument: HostValue) => HostValue;

/** `triton.Config({…}, num_warps=…, num_stages=…)`. */
export interface TritonConfig {
  /** Of the call; in a comprehension all its configurations have the same. */
  readonly span: TextSpan;
  readonly values: ReadonlyMap<string, HostValue>;
  readonly warps: number | undefined;
  readonly stages: number | undefined;
  /** Blocks of a cluster that work on one program. */
  readonly ctas: number | undefined;
  readonly mostRegisters: number | undefined;
}

export const unknownValue: HostValue = { kind: "unknown" };

export function numberOf(value: HostValue | undefined): number | undefined {
  if (value?.kind === "number") return Number.isFinite(value.value) ? value.value : undefined;
  if (value?.kind === "boolean") return value.value ? 1 : 0;
  return undefined;
}

/** Undefined where nobody knows. */
export function truthOf(value: HostValue): boolean | undefined {
  switch (value.kind) {
    case "number":
    case "boolean":
      return value.value !== 0 && value.value !== false;
    case "text":
      return value.value !== "";
    case "none":
      return false;
    case "list":
      return value.items.length > 0;
    case "dict":
      return value.entries.size > 0;
    case "function":
    case "lambda":
    case "config":
    case "sm-count":
    case "type":
    case "tensor":
      return true;
    case "unknown":
      return undefined;
  }
}
