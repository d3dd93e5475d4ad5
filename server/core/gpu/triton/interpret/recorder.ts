import type { TextSpan } from "../../../base/text-span.js";
import type { ArithmeticPipe } from "../../gpu-kernel.js";
import { isFloatType } from "../read/type-names.js";
import type { ArithmeticOp, LoopFacts, TileOp, UnknownCall } from "./ops.js";
import { type Tile, elementsOf } from "./value.js";

/** More than a kernel has; helpers that call helpers multiply. */
const mostOps = 20_000;

type NewOp<Op extends TileOp = TileOp> = Op extends TileOp ? Omit<Op, "loops" | "weight"> : never;

/** Keeps what a program does, with the loops and branches that it does it in. */
export class Recorder {
  ops: TileOp[] = [];
  readonly unknownCalls: UnknownCall[] = [];
  readonly loops: LoopFacts[] = [];
  weight = 1;
  /** Of a helper that is put in place: what it does stands on the line that calls it too. */
  callSite: TextSpan | undefined;

  get isFull(): boolean {
    return this.ops.length >= mostOps;
  }

  add<Op extends TileOp>(op: NewOp<Op>): Op {
    const whole = { ...op, loops: [...this.loops], weight: this.weight } as unknown as Op;
    if (!this.isFull) this.ops.push(whole);
    return whole;
  }

  arithmetic(
    span: TextSpan,
    pipe: ArithmeticPipe,
    elements: number,
    counts: { readonly instructions: number; readonly flops: number },
  ): ArithmeticOp {
    return this.add<ArithmeticOp>({
      kind: "arithmetic",
      span,
      pipe,
      elements,
      instructionsPerElement: counts.instructions,
      flopsPerElement: counts.flops,
    });
  }

  /** One result for each element of a tile. What is a scalar is done once a warp and left out. */
  elementwise(span: TextSpan, result: Tile, instructions = 1): ArithmeticOp | undefined {
    if (result.shape.length === 0) return undefined;
    const elements = elementsOf(result);
    if (result.isPointer || !isFloatType(result.type)) {
      // Addresses and masks of elements that lie side by side in a thread are one.
      const shared = result.strides.includes(1) ? 1 / 4 : 1;
      const wide = result.isPointer ? 2 : 1;
      return this.arithmetic(span, "int32", elements, {
        instructions: instructions * shared * wide,
        flops: 0,
      });
    }
    return this.arithmetic(span, pipeOf(result.type), elements, {
      instructions,
      flops: instructions,
    });
  }

  /** What a branch does, apart from what was done before. */
  apart(run: () => void): TileOp[] {
    const before = this.ops;
    this.ops = [];
    run();
    const found = this.ops;
    this.ops = before;
    return found;
  }
}

export function pipeOf(type: string): ArithmeticPipe {
  if (type === "float64") return "float64";
  if (type === "float16") return "float16";
  // There is no arithmetic of its own for bfloat16 before Hopper, nor for float8: it is done in float32.
  return isFloatType(type) ? "float32" : "int32";
}
