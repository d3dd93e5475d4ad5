import { numberOfConstant, numbersOfConstant } from "../graph/constant.js";
import { isKnown, type Dim } from "../graph/dim.js";
import { byteCount, tensor, type ValueType } from "../graph/value-type.js";
import { dataType } from "../graph/data-type.js";
import { joinElements } from "./join-types.js";
import { output, ruleOfTable, unknownWork } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { normalizeAxis, withAxis } from "./shapes.js";
import { viewWork } from "./view.js";

/** Sequences hold handles of tensors: putting one in or taking one out moves no elements. */
export const rule = ruleOfTable({
  SequenceConstruct: { infer: inferConstruct, work: viewWork },
  SequenceEmpty: { infer: inferEmpty, work: viewWork },
  SequenceAt: { infer: (ctx) => asList(elementOf(ctx, 0)), work: viewWork },
  SequenceInsert: { infer: inferInsert, work: viewWork },
  SequenceErase: { infer: (ctx) => asList(ctx.inputType(0)), work: viewWork },
  SequenceLength: { infer: () => [output("int64", [])], work: viewWork },
  SequenceMap: { infer: inferMap, work: unknownWork },
  SplitToSequence: { infer: inferSplit, work: splitWork },
  ConcatFromSequence: { infer: inferConcat, work: concatWork },
});

function asList(type: ValueType | undefined): readonly (Inferred | undefined)[] {
  return type === undefined ? [] : [{ type }];
}

function elementOf(ctx: InferContext, index: number): ValueType | undefined {
  const type = ctx.inputType(index);
  return type?.kind === "sequence" ? type.element : undefined;
}

function inferConstruct(ctx: InferContext): readonly Inferred[] {
  let element: ValueType | undefined;
  for (let index = 0; index < ctx.inputCount; index++)
    element = joinElements(element, ctx.inputType(index), ctx.freshDim.bind(ctx));
  return [{ type: { kind: "sequence", element } }];
}

function inferEmpty(ctx: InferContext): readonly Inferred[] {
  const elementType = dataType(ctx.int("dtype", 1));
  return [{ type: { kind: "sequence", element: tensor(elementType, undefined) } }];
}

function inferInsert(ctx: InferContext): readonly Inferred[] {
  const known = elementOf(ctx, 0);
  const added = ctx.inputType(1);
  // An empty sequence knows the element type alone: the first tensor put in says the rest.
  const isBlank = known?.kind === "tensor" && known.shape === undefined;
  const element = isBlank ? (added ?? known) : joinElements(known, added, ctx.freshDim.bind(ctx));
  return [{ type: { kind: "sequence", element } }];
}

/** Runs the body for every element; other inputs of sequence type go along, tensors stay. */
function inferMap(ctx: InferContext): readonly (Inferred | undefined)[] {
  const body = ctx.graph("body");
  if (body === undefined) {
    ctx.error("it has no body.");
    return [];
  }
  const inputs = Array.from({ length: ctx.inputCount }, (_, index): Inferred | undefined => {
    const type = ctx.inputType(index);
    const each = type?.kind === "sequence" ? type.element : type;
    return each === undefined ? undefined : { type: each };
  });
  return ctx
    .inferBody(body, inputs)
    .map((result): Inferred => ({ type: { kind: "sequence", element: result?.type } }));
}

/** Without sizes, slices of one, whose axis goes unless `keepdims`; a scalar size leaves a smaller last slice. */
function inferSplit(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const axis =
    shape === undefined ? undefined : normalizeAxis(ctx, ctx.int("axis", 0), shape.length);
  if (shape === undefined || axis === undefined)
    return [{ type: { kind: "sequence", element: tensor(elementType, undefined) } }];
  const keeps = ctx.hasInput(1) || ctx.int("keepdims", 1) !== 0;
  const elementShape = keeps
    ? withAxis(shape, axis, ctx.hasInput(1) ? sliceExtent(ctx, shape[axis]) : 1)
    : shape.filter((_, index) => index !== axis);
  return [{ type: { kind: "sequence", element: tensor(elementType, elementShape) } }];
}

function sliceExtent(ctx: InferContext, total: Dim | undefined): Dim {
  const constant = ctx.constant(1);
  if (constant?.shape.length === 0) {
    const size = numberOfConstant(constant);
    const isEven =
      size !== undefined && total !== undefined && isKnown(total) && total % size === 0;
    return isEven ? size : ctx.freshDim();
  }
  const sizes = numbersOfConstant(constant);
  const first = sizes?.[0];
  return first !== undefined && sizes?.every((size) => size === first) ? first : ctx.freshDim();
}

function inferConcat(ctx: InferContext): readonly Inferred[] {
  const element = elementOf(ctx, 0);
  if (element?.kind !== "tensor") return [output(undefined, undefined)];
  const { shape, elementType } = element;
  if (shape === undefined) return [output(elementType, undefined)];
  const isNew = ctx.int("new_axis", 0) !== 0;
  const axis = normalizeAxis(ctx, ctx.int("axis", 0), shape.length + (isNew ? 1 : 0));
  if (axis === undefined) return [output(elementType, undefined)];
  const joined = isNew
    ? [...shape.slice(0, axis), ctx.freshDim(), ...shape.slice(axis)]
    : withAxis(shape, axis, ctx.freshDim());
  return [output(elementType, joined)];
}

/** Copies all of its input. */
function splitWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  const bytes = byteCount(ctx.inputType(0));
  if (elements === undefined || bytes === undefined) return undefined;
  return movement(elements, bytes);
}

function concatWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const bytes = byteCount(ctx.outputType(0));
  if (elements === undefined || bytes === undefined) return undefined;
  return movement(elements, bytes);
}

function movement(elements: number, bytes: number): Work {
  return {
    macs: 0,
    otherFlops: 0,
    readBytes: bytes,
    writeBytes: bytes,
    kernel: { kind: "movement", elements },
  };
}
