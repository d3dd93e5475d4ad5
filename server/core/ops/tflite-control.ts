import { ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

/** Subgraphs that an operator runs; their inputs are captured, their outputs are the operator's. */
export const rule = ruleOfTable({
  "tflite:IF": { infer: (ctx) => inferBodies(ctx, ["then", "else"]), work: ifWork },
  "tflite:WHILE": { infer: (ctx) => inferBodies(ctx, ["cond", "body"]), work: () => undefined },
  "tflite:CALL": { infer: (ctx) => inferBodies(ctx, ["subgraph"]), work: ifWork },
});

function inferBodies(
  ctx: InferContext,
  names: readonly string[],
): readonly (Inferred | undefined)[] {
  let results: readonly (Inferred | undefined)[] = [];
  for (const name of names) {
    const body = ctx.graph(name);
    if (body !== undefined) results = ctx.inferBody(body, []);
  }
  // Which branch runs is not known, and a loop may change extents: the file's own types hold.
  return results.map(() => undefined);
}

/** The more expensive branch, as `If` counts. */
function ifWork(ctx: WorkContext): Work | undefined {
  let most: Work | undefined;
  for (const name of ["then", "else", "subgraph"]) {
    const body = ctx.graph(name);
    if (body === undefined) continue;
    const found = ctx.bodyWork(body);
    if (found === undefined) return undefined;
    if (most === undefined || most.macs + most.otherFlops < found.macs + found.otherFlops)
      most = { ...found, kernel: { kind: "control" } };
  }
  return most;
}
