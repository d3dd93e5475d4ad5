import { elementCount, type ValueType } from "../graph/value-type.js";
import { type Operator, ruleOfTable, unknownWork } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

/**
 * Optimizers (ai.onnx.preview.training). Inputs are the rate, the step count, then n tensors of each of several groups;
 * `updated` names the groups that come out, in order. Operations per parameter follow the operators' pseudo-code:
 * Adagrad  g += λx; h += g²; x -= r g / (√h + ε)
 * Adam     g += λx; v = αv + (1-α)g; h = βh + (1-β)g²; x -= r v / (√h + ε)
 * Momentum g += λx; v = αv + βg; x -= r v
 */
export const rule = ruleOfTable({
  "ai.onnx.preview.training:Adagrad": optimizer({ groups: 3, updated: [0, 2], flops: 9 }),
  "ai.onnx.preview.training:Adam": optimizer({ groups: 4, updated: [0, 2, 3], flops: 14 }),
  "ai.onnx.preview.training:Momentum": optimizer({ groups: 3, updated: [0, 2], flops: 7 }),
  // The derivative of the whole graph before it: its work is not the node's to tell.
  "ai.onnx.preview.training:Gradient": { infer: inferGradient, work: unknownWork },
});

interface Optimizer {
  readonly groups: number;
  readonly updated: readonly number[];
  readonly flops: number;
}

function optimizer({ groups, updated, flops }: Optimizer): Operator {
  return {
    infer: (ctx) => {
      const count = Math.floor(Math.max(0, ctx.inputCount - 2) / groups);
      return updated.flatMap((group) =>
        Array.from({ length: count }, (_, index) =>
          inferred(ctx.inputType(2 + group * count + index)),
        ),
      );
    },
    work: (ctx) => optimizerWork(ctx, groups, flops),
  };
}

function inferred(type: ValueType | undefined): Inferred | undefined {
  return type === undefined ? undefined : { type };
}

function optimizerWork(ctx: WorkContext, groups: number, flops: number): Work | undefined {
  const count = Math.floor(Math.max(0, ctx.inputCount - 2) / groups);
  let elements = 0;
  for (let index = 0; index < count; index++) {
    const own = elementCount(ctx.shape(2 + index));
    if (own === undefined) return undefined;
    elements += own;
  }
  return { macs: 0, otherFlops: flops * elements, kernel: { kind: "elementwise", elements } };
}

/** One derivative for each of `xs`, which are the first inputs. */
function inferGradient(ctx: InferContext): readonly (Inferred | undefined)[] {
  const xs = ctx.attribute("xs");
  const count = xs?.kind === "strings" ? xs.value.length : 0;
  return Array.from({ length: count }, (_, index) => inferred(ctx.inputType(index)));
}
