import { numberOfConstant } from "../graph/constant.js";
import { joinTypes } from "./join-types.js";
import type { BodyWork, InferContext, Inferred, OpRule, Work, WorkContext } from "./rule.js";

/** A branch is taken at run time: its type is what both branches agree on, its work that of the costlier one. */
export const rule: OpRule = { ops: ["If"], infer: inferIf, work: ifWork };

function inferIf(ctx: InferContext): readonly (Inferred | undefined)[] {
  const thenBody = ctx.graph("then_branch");
  const elseBody = ctx.graph("else_branch");
  if (thenBody === undefined || elseBody === undefined) {
    ctx.error("it lacks a branch; it needs `then_branch` and `else_branch`.");
    return [];
  }
  const yes = ctx.inferBody(thenBody, []);
  const no = ctx.inferBody(elseBody, []);
  const condition = numberOfConstant(ctx.constant(0));
  if (condition !== undefined) return condition === 0 ? no : yes;
  const freshDim = ctx.freshDim.bind(ctx);
  return Array.from({ length: ctx.outputCount }, (_, index) => {
    const type = joinTypes(yes[index]?.type, no[index]?.type, freshDim);
    return type === undefined ? undefined : { type };
  });
}

function ifWork(ctx: WorkContext): Work | undefined {
  const thenBody = ctx.graph("then_branch");
  const elseBody = ctx.graph("else_branch");
  if (thenBody === undefined || elseBody === undefined) return undefined;
  const condition = numberOfConstant(ctx.constant(0));
  const yes = condition === 0 ? nothing : ctx.bodyWork(thenBody);
  const no = condition === undefined || condition === 0 ? ctx.bodyWork(elseBody) : nothing;
  if (yes === undefined || no === undefined) return undefined;
  return { ...(weight(yes) < weight(no) ? no : yes), kernel: { kind: "control" } };
}

/** Ranks branches before a target is known: operations and bytes count alike. */
function weight(work: BodyWork): number {
  return 2 * work.macs + work.otherFlops + work.readBytes + work.writeBytes;
}

const nothing: BodyWork = { macs: 0, otherFlops: 0, readBytes: 0, writeBytes: 0 };
