import { isKnown, type Dim } from "../graph/dim.js";
import { tensor, type Shape, type ValueType } from "../graph/value-type.js";
import { joinTypes } from "./join-types.js";
import type { InferContext, Inferred, NodeContext, OpRule, Work, WorkContext } from "./rule.js";
import { normalizeAxis, unifyDims } from "./shapes.js";

/**
 * Scan runs its body once per element of its scanned inputs. Version 8 has the sequence lengths as first input, the
 * batch along axis 0 of everything, and scans along axis 1; later versions have no batch and name their axes.
 */
export const rule: OpRule = { ops: ["Scan"], infer: inferScan, work: scanWork };

interface Layout {
  readonly isBatched: boolean;
  readonly firstState: number;
  readonly stateCount: number;
  readonly firstScanned: number;
  readonly scannedCount: number;
}

function layoutOf(ctx: NodeContext): Layout {
  const isBatched = ctx.opset < 9;
  const firstState = isBatched ? 1 : 0;
  const scannedCount = Math.max(0, ctx.int("num_scan_inputs", 1));
  const stateCount = Math.max(0, ctx.inputCount - firstState - scannedCount);
  return { isBatched, firstState, stateCount, firstScanned: firstState + stateCount, scannedCount };
}

function inferScan(ctx: InferContext): readonly (Inferred | undefined)[] {
  const body = ctx.graph("body");
  if (body === undefined) {
    ctx.error("it has no body.");
    return [];
  }
  const layout = layoutOf(ctx);
  let batch: Dim | undefined;
  let length: Dim | undefined;
  const states: (ValueType | undefined)[] = [];
  for (let index = 0; index < layout.stateCount; index++) {
    const type = ctx.inputType(layout.firstState + index);
    if (layout.isBatched && type?.kind === "tensor") batch ??= type.shape?.[0];
    states.push(layout.isBatched ? withoutAxes(type, [0]) : type);
  }
  const elements: (ValueType | undefined)[] = [];
  for (let index = 0; index < layout.scannedCount; index++) {
    const type = ctx.tensor(layout.firstScanned + index);
    const axis =
      type?.shape === undefined ? undefined : scannedAxis(ctx, layout, index, type.shape);
    if (type?.shape === undefined || axis === undefined) {
      elements.push(type === undefined ? undefined : tensor(type.elementType, undefined));
      continue;
    }
    if (layout.isBatched) batch ??= type.shape[0];
    length = joinLengths(ctx, length, type.shape[axis]);
    elements.push(withoutAxes(type, layout.isBatched ? [0, axis] : [axis]));
  }
  const inputs = [...states, ...elements].map((type) =>
    type === undefined ? undefined : { type },
  );
  const results = ctx.inferBody(body, inputs);
  return Array.from({ length: ctx.outputCount }, (_, index): Inferred | undefined => {
    const result = results[index]?.type;
    if (index < layout.stateCount) {
      const state = joinTypes(states[index], result, ctx.freshDim.bind(ctx)) ?? states[index];
      return withFront(state, layout.isBatched ? [batch ?? ctx.freshDim()] : []);
    }
    const steps = length ?? ctx.freshDim();
    if (layout.isBatched) return withFront(result, [batch ?? ctx.freshDim(), steps]);
    return scanOutput(ctx, result, index - layout.stateCount, steps);
  });
}

function scannedAxis(
  ctx: InferContext,
  layout: Layout,
  index: number,
  shape: Shape,
): number | undefined {
  const axis = layout.isBatched ? 1 : (ctx.ints("scan_input_axes")?.[index] ?? 0);
  return normalizeAxis(ctx, axis, shape.length);
}

function joinLengths(
  ctx: InferContext,
  length: Dim | undefined,
  other: Dim | undefined,
): Dim | undefined {
  if (length === undefined || other === undefined) return length ?? other;
  const joined = unifyDims(length, other);
  if (joined === undefined) ctx.error("its scanned inputs differ in length.");
  return joined ?? length;
}

function withoutAxes(type: ValueType | undefined, axes: readonly number[]): ValueType | undefined {
  if (type?.kind !== "tensor") return type;
  return tensor(
    type.elementType,
    type.shape?.filter((_, axis) => !axes.includes(axis)),
  );
}

function withFront(type: ValueType | undefined, dims: readonly Dim[]): Inferred | undefined {
  if (type === undefined) return undefined;
  if (type.kind !== "tensor") return { type };
  return { type: tensor(type.elementType, type.shape && [...dims, ...type.shape]) };
}

function scanOutput(
  ctx: InferContext,
  element: ValueType | undefined,
  index: number,
  steps: Dim,
): Inferred | undefined {
  if (element?.kind !== "tensor") return undefined;
  if (element.shape === undefined) return { type: element };
  const given = ctx.ints("scan_output_axes")?.[index] ?? 0;
  const axis = normalizeAxis(ctx, given, element.shape.length + 1);
  if (axis === undefined) return { type: tensor(element.elementType, undefined) };
  const shape = [...element.shape.slice(0, axis), steps, ...element.shape.slice(axis)];
  return { type: tensor(element.elementType, shape) };
}

/** The body's work for each step, and in version 8 for each sequence of the batch. */
function scanWork(ctx: WorkContext): Work | undefined {
  const body = ctx.graph("body");
  const layout = layoutOf(ctx);
  const shape = ctx.shape(layout.firstScanned);
  if (body === undefined || shape === undefined) return undefined;
  const given = layout.isBatched ? 1 : (ctx.ints("scan_input_axes")?.[0] ?? 0);
  const steps = shape.at(given);
  const batch = layout.isBatched ? shape[0] : 1;
  const once = ctx.bodyWork(body);
  if (once === undefined || steps === undefined || batch === undefined) return undefined;
  if (!isKnown(steps) || !isKnown(batch)) return undefined;
  const times = steps * batch;
  return {
    macs: once.macs * times,
    otherFlops: once.otherFlops * times,
    readBytes: once.readBytes * times,
    writeBytes: once.writeBytes * times,
    kernel: { kind: "control" },
  };
}
