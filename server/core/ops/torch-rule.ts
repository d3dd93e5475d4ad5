import type { OpRule, Work, WorkContext } from "./rule.js";

/**
 * Rules of torch's own operators, keyed `torch:<name>`. A trace declares what comes out, so there is nothing to infer;
 * the rules count the work.
 */
export function torchRule(table: Readonly<Record<string, OpRule["work"]>>): OpRule {
  const works = new Map(Object.entries(table));
  return {
    ops: [...works.keys()].map((name) => `torch:${name}`),
    infer: () => [],
    work: (ctx) => works.get(ctx.node.op)?.(ctx),
  };
}

/** One entry for each of the names. */
export function each(
  names: readonly string[],
  work: OpRule["work"],
): Readonly<Record<string, OpRule["work"]>> {
  return Object.fromEntries(names.map((name) => [name, work]));
}

/** Elements of all outputs together; undefined while one is not known. */
export function madeElements(ctx: WorkContext): number | undefined {
  let sum = 0;
  for (let index = 0; index < ctx.outputCount; index++) {
    const elements = ctx.outputElements(index);
    if (elements === undefined) return undefined;
    sum += elements;
  }
  return sum;
}

/** A reduction that spends `perInput` operations on each element that it reads. */
export function reductionWork(perInput: number): (ctx: WorkContext) => Work | undefined {
  return (ctx) => {
    const inputElements = ctx.inputElements(0);
    const outputElements = ctx.outputElements(0);
    if (inputElements === undefined || outputElements === undefined) return undefined;
    return {
      macs: 0,
      otherFlops: perInput * inputElements,
      kernel: { kind: "reduction", inputElements, outputElements },
    };
  };
}
