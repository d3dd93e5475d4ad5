import { numberOfConstant, scalarConstant } from "../graph/constant.js";
import { isKnown, type Dim } from "../graph/dim.js";
import { tensor, type ValueType } from "../graph/value-type.js";
import type { Graph } from "../graph/graph.js";
import { joinTypes, sameType } from "./join-types.js";
import type { InferContext, Inferred, NodeContext, OpRule, Work, WorkContext } from "./rule.js";

/**
 * Loop(M, cond, states…) runs its body up to M times while cond holds. Its work is the body's times M: the exact number
 * where the condition stays true, and the most it can be where not. Without a constant M, or with one that bounds nothing,
 * its work is not known.
 */
export const rule: OpRule = { ops: ["Loop"], infer: inferLoop, work: loopWork };

/** A trip count that means "until the condition fails": exporters write the largest 32- or 64-bit integer. */
export const unboundedTrips = 2 ** 31 - 1;

/** A state whose shape still changes after this many generalizations is given no shape. */
const passLimit = 3;

function inferLoop(ctx: InferContext): readonly (Inferred | undefined)[] {
  const body = ctx.graph("body");
  if (body === undefined) {
    ctx.error("it has no body.");
    return [];
  }
  const stateCount = Math.max(0, ctx.inputCount - 2);
  let states = Array.from({ length: stateCount }, (_, index) => ctx.inputType(index + 2));
  let results = inferIteration(ctx, body, states);
  for (let pass = 1; pass < passLimit; pass++) {
    const widened = states.map((state, index) =>
      widen(ctx, state, results[index + 1]?.type, pass === passLimit - 1),
    );
    if (widened.every((state, index) => sameType(state, states[index]))) break;
    states = widened;
    results = inferIteration(ctx, body, states);
  }
  const trips = iterations(ctx, results[0]) ?? ctx.freshDim();
  return Array.from({ length: ctx.outputCount }, (_, index): Inferred | undefined => {
    const result = results[index + 1]?.type;
    if (stateCount <= index) return stacked(result, trips);
    const type = states[index] ?? result;
    return type === undefined ? undefined : { type };
  });
}

/** The body runs only while the condition holds, so inside it is true. */
function inferIteration(
  ctx: InferContext,
  body: Graph,
  states: readonly (ValueType | undefined)[],
): readonly (Inferred | undefined)[] {
  return ctx.inferBody(body, [
    { type: tensor("int64", []) },
    { type: tensor("bool", []), constant: scalarConstant("bool", 1) },
    ...states.map((type) => (type === undefined ? undefined : { type })),
  ]);
}

function widen(
  ctx: InferContext,
  before: ValueType | undefined,
  after: ValueType | undefined,
  isLast: boolean,
): ValueType | undefined {
  if (after === undefined || before === undefined) return before;
  if (sameType(before, after)) return before;
  if (before.kind === "sequence" && after.kind === "sequence" && before.element === undefined)
    return after;
  const joined = joinTypes(before, after, ctx.freshDim.bind(ctx));
  if (!isLast || joined?.kind !== "tensor") return joined;
  return { ...joined, shape: joined.shape?.map(() => ctx.freshDim()) };
}

/** M, when the condition that the body gives is always true; otherwise the loop may end early. */
function iterations(ctx: NodeContext, condition: Inferred | undefined): Dim | undefined {
  if (numberOfConstant(condition?.constant) !== 1) return undefined;
  if (ctx.hasInput(1) && numberOfConstant(ctx.constant(1)) === 0) return 0;
  const isEntered = !ctx.hasInput(1) || numberOfConstant(ctx.constant(1)) === 1;
  const trips = ctx.constant(0)?.data[0];
  if (!isEntered || trips === undefined || typeof trips === "string") return undefined;
  return isKnown(trips) ? Math.max(0, trips) : trips;
}

/** What each iteration gives, one beside the other along a new first axis. */
function stacked(element: ValueType | undefined, trips: Dim): Inferred | undefined {
  if (element?.kind !== "tensor") return undefined;
  const shape = element.shape === undefined ? undefined : [trips, ...element.shape];
  return { type: tensor(element.elementType, shape) };
}

function loopWork(ctx: WorkContext): Work | undefined {
  const body = ctx.graph("body");
  const trips = numberOfConstant(ctx.constant(0));
  const once = body === undefined ? undefined : ctx.bodyWork(body);
  if (once === undefined || trips === undefined || unboundedTrips <= trips) return undefined;
  const isNeverEntered = ctx.hasInput(1) && numberOfConstant(ctx.constant(1)) === 0;
  const times = isNeverEntered ? 0 : Math.max(0, trips);
  return {
    macs: once.macs * times,
    otherFlops: once.otherFlops * times,
    readBytes: once.readBytes * times,
    writeBytes: once.writeBytes * times,
    kernel: { kind: "control" },
  };
}
