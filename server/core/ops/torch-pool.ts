import { productOf } from "../base/product.js";
import type { OpRule, Work, WorkContext } from "./rule.js";
import { each, torchRule } from "./torch-rule.js";

const ranks = [1, 2, 3] as const;
const named = (name: string): string[] => ranks.map((rank) => `${name}${rank}d`);

export const rule: OpRule = torchRule({
  ...each([...named("avg_pool"), ...named("max_pool")], windowWork(1)),
  ...each(
    named("max_pool").map((name) => `${name}_with_indices`),
    windowWork(1),
  ),
  // x^p and the sum of each window, then the root.
  ...each(named("lp_pool"), windowWork(2)),
  ...each(
    [
      ...named("adaptive_avg_pool"),
      ...named("adaptive_max_pool"),
      ...named("adaptive_max_pool").map((name) => `${name}_with_indices`),
      ...named("fractional_max_pool"),
      ...named("fractional_max_pool").map((name) => `${name}_with_indices`),
    ],
    adaptiveWork,
  ),
  ...each(named("max_unpool"), (ctx) => {
    const elements = ctx.outputElements(0);
    return elements === undefined
      ? undefined
      : { macs: 0, otherFlops: 0, kernel: { kind: "movement", elements } };
  }),
  // Four neighbours, eight in a volume: a product and a sum each.
  interpolate: (ctx) => resizeWork(ctx),
  upsample: (ctx) => resizeWork(ctx),
});

function windowWork(flops: number): (ctx: WorkContext) => Work | undefined {
  return (ctx) => {
    const outputElements = ctx.outputElements(0);
    const kernel = ctx.ints("kernel_size");
    const size = ctx.int("kernel_size");
    if (outputElements === undefined) return undefined;
    const windowElements = kernel === undefined ? (size ?? 1) : productOf(kernel);
    return {
      macs: 0,
      otherFlops: flops * outputElements * windowElements,
      kernel: { kind: "pool", outputElements, windowElements },
    };
  };
}

/** Windows together cover the input; where the sizes do not divide they overlap by an element, which is left out. */
function adaptiveWork(ctx: WorkContext): Work | undefined {
  const inputElements = ctx.inputElements(0);
  const outputElements = ctx.outputElements(0);
  if (inputElements === undefined || outputElements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: inputElements,
    kernel: {
      kind: "pool",
      outputElements,
      windowElements: outputElements === 0 ? 0 : Math.ceil(inputElements / outputElements),
    },
  };
}

function resizeWork(ctx: WorkContext): Work | undefined {
  const outputElements = ctx.outputElements(0);
  const rank = ctx.dims(0)?.length ?? 4;
  if (outputElements === undefined) return undefined;
  const isNearest = ctx.string("mode", "nearest").startsWith("nearest");
  return {
    macs: 0,
    otherFlops: isNearest ? 0 : outputElements * 2 * 2 ** Math.max(1, rank - 2),
    kernel: { kind: "resize", outputElements },
  };
}
