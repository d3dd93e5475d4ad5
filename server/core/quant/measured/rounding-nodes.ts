import { gridMax } from "../formats/grid.js";
import { affineOf, scaleOf, type TensorRange } from "../formats/scales.js";
import type { Scheme } from "../formats/scheme.js";
import type { NewInitializer, NewNode } from "./onnx-edit.js";

/** Nodes that make `output` of `value`, rounded; their own values begin with `output`. */
export interface Rounding {
  readonly nodes: readonly NewNode[];
  readonly initializers: readonly NewInitializer[];
}

/**
 * A tensor rounded inside a running model, in plain arithmetic that every version of ONNX has: integers with one range for
 * the tensor, and small floats with one scale. Undefined for schemes whose scales follow the values.
 */
export function roundingNodes(
  { format }: Scheme,
  range: TensorRange,
  at: { readonly before: string; readonly value: string; readonly output: string },
): Rounding | undefined {
  const { grid, granularity, special, isAffine } = format;
  if (granularity.kind !== "tensor" || special.kind !== "plain") return undefined;
  const draft = new RoundingDraft(at.before, at.output);
  if (grid.kind === "integer" && grid.step === 1) {
    const { scale, zero } = isAffine
      ? affineOf(format, range.low, range.high, range)
      : { scale: scaleOf(format, Math.max(-range.low, range.high), range), zero: 0 };
    const quotient = draft.binary("Div", at.value, scale);
    const whole = draft.toQuanta(quotient, 1);
    const capped = draft.clamped(whole, grid.low - zero, grid.high - zero);
    draft.binary("Mul", capped, scale, at.output);
    return draft;
  }
  if (grid.kind === "minifloat" && grid.isSigned) {
    const scale = scaleOf(format, Math.max(-range.low, range.high), range);
    const top = gridMax(grid);
    const quotient = draft.clamped(draft.binary("Div", at.value, scale), -top, top);
    const least = 2 ** (1 - grid.bias);
    // Rounding to the mantissa: Dekker's splitting (1971, section 5) of a float32.
    const spread = draft.binary("Mul", quotient, 2 ** (23 - grid.mantissaBits) + 1);
    const rest = draft.node("Sub", [spread, quotient]);
    const normal = draft.node("Sub", [spread, rest]);
    const small = draft.toQuanta(quotient, least * 2 ** -grid.mantissaBits);
    const isSmall = draft.binary("Less", draft.node("Abs", [quotient]), least);
    const rounded = draft.node("Where", [isSmall, small, normal]);
    draft.binary("Mul", rounded, scale, at.output);
    return draft;
  }
  return undefined;
}

class RoundingDraft implements Rounding {
  readonly nodes: NewNode[] = [];
  readonly initializers: NewInitializer[] = [];
  readonly #before: string;
  readonly #prefix: string;

  constructor(before: string, prefix: string) {
    this.#before = before;
    this.#prefix = prefix;
  }

  node(op: string, inputs: readonly string[], output = this.#fresh()): string {
    this.nodes.push({ before: this.#before, op, inputs, output });
    return output;
  }

  binary(op: string, left: string, right: number, output?: string): string {
    const name = this.#fresh();
    this.initializers.push({ name, shape: [], values: Float32Array.of(right) });
    return this.node(op, [left, name], output);
  }

  clamped(value: string, low: number, high: number): string {
    return this.binary("Min", this.binary("Max", value, low), high);
  }

  /** To whole quanta, ties to even: float32 has no more digits once 1.5 · 2^23 quanta are added. */
  toQuanta(value: string, quantum: number): string {
    const large = 1.5 * 2 ** 23 * quantum;
    return this.binary("Sub", this.binary("Add", value, large), large);
  }

  #fresh(): string {
    return `${this.#prefix}.${this.nodes.length + this.initializers.length}`;
  }
}
