import { addDims, isKnown, type Dim } from "../graph/dim.js";
import { byteCount, tensor, type Shape } from "../graph/value-type.js";
import type { ElementType } from "../graph/element-type.js";
import {
  elementwiseWork,
  inferLikeFirst,
  movementWork,
  output,
  outputLike,
  ruleOfTable,
} from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Feature preparation of ai.onnx.ml: scaling, encoding, and dictionaries to tensors and back. */
export const rule = ruleOfTable({
  "ai.onnx.ml:Binarizer": { infer: inferLikeFirst, work: elementwiseWork(1) },
  "ai.onnx.ml:Imputer": { infer: inferLikeFirst, work: elementwiseWork(1) },
  "ai.onnx.ml:Scaler": { infer: asFloat, work: elementwiseWork(2) },
  "ai.onnx.ml:Normalizer": { infer: asFloat, work: normalizerWork },
  "ai.onnx.ml:LabelEncoder": { infer: inferLabelEncoder, work: elementwiseWork(1) },
  "ai.onnx.ml:CategoryMapper": { infer: inferCategoryMapper, work: elementwiseWork(1) },
  "ai.onnx.ml:OneHotEncoder": { infer: inferOneHotEncoder, work: elementwiseWork(1) },
  "ai.onnx.ml:FeatureVectorizer": { infer: inferFeatureVectorizer, work: movementWork },
  "ai.onnx.ml:DictVectorizer": { infer: inferDictVectorizer, work: fromMapWork },
  "ai.onnx.ml:CastMap": { infer: inferCastMap, work: fromMapWork },
  "ai.onnx.ml:ZipMap": { infer: inferZipMap, work: zipMapWork },
});

function asFloat(ctx: InferContext): readonly Inferred[] {
  return [outputLike(ctx, 0, "float32")];
}

/** Values may be floats, integers, texts or, since version 4, a tensor. */
function inferLabelEncoder(ctx: InferContext): readonly Inferred[] {
  return [outputLike(ctx, 0, encodedType(ctx))];
}

function encodedType(ctx: NodeContext): ElementType | undefined {
  const values = ctx.attribute("values_tensor");
  if (values?.kind === "tensor") return values.value.elementType;
  if (ctx.attribute("values_strings") !== undefined) return "string";
  if (ctx.attribute("values_int64s") !== undefined) return "int64";
  if (ctx.attribute("values_floats") !== undefined) return "float32";
  // Version 1 maps texts to their place in `classes_strings`, and back.
  return otherOfTextAndNumber(ctx.elementType(0));
}

function inferCategoryMapper(ctx: InferContext): readonly Inferred[] {
  return [{ type: tensor(otherOfTextAndNumber(ctx.elementType(0)), ctx.shape(0)) }];
}

function otherOfTextAndNumber(type: ElementType | undefined): ElementType | undefined {
  if (type === undefined) return undefined;
  return type === "string" ? "int64" : "string";
}

function inferOneHotEncoder(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const count = listLength(ctx, "cats_int64s") ?? listLength(ctx, "cats_strings");
  if (count === undefined) ctx.error("it has no categories.");
  return [output("float32", shape && [...shape, count ?? ctx.freshDim()])];
}

/** Vectors count as one row; columns are `inputdimensions`, or else the inputs' own. */
function inferFeatureVectorizer(ctx: InferContext): readonly Inferred[] {
  const first = ctx.shape(0);
  const rows: Dim = first === undefined ? ctx.freshDim() : first.length < 2 ? 1 : (first[0] ?? 1);
  let columns: Dim = 0;
  const widths = ctx.ints("inputdimensions");
  for (let index = 0; index < ctx.inputCount; index++)
    columns = addDims(columns, widths?.[index] ?? ctx.shape(index)?.at(-1) ?? ctx.freshDim());
  return [output("float32", [rows, columns])];
}

/** One row, as onnxruntime makes it, so that it can be joined with other features. */
function inferDictVectorizer(ctx: InferContext): readonly Inferred[] {
  const count = listLength(ctx, "int64_vocabulary") ?? listLength(ctx, "string_vocabulary");
  const map = ctx.inputType(0);
  const value = map?.kind === "map" ? map.value : undefined;
  const elementType = value?.kind === "tensor" ? value.elementType : undefined;
  return [output(elementType, [1, count ?? ctx.freshDim()])];
}

/** `max_map` columns when sparse, as many as the map has entries when dense. */
function inferCastMap(ctx: InferContext): readonly Inferred[] {
  const isSparse = ctx.string("map_form", "DENSE") === "SPARSE";
  const columns = isSparse ? ctx.int("max_map", 1) : ctx.freshDim();
  return [output(castMapTypes[ctx.string("cast_to", "TO_FLOAT")], [1, columns])];
}

const castMapTypes: Readonly<Record<string, ElementType>> = {
  TO_FLOAT: "float32",
  TO_STRING: "string",
  TO_INT64: "int64",
};

function inferZipMap(ctx: InferContext): readonly Inferred[] {
  const key = ctx.attribute("classlabels_strings") === undefined ? "int64" : "string";
  const value = tensor("float32", []);
  return [{ type: { kind: "sequence", element: { kind: "map", key, value } } }];
}

/** MAX: a comparison and a quotient per element; L1 adds |x| or L2 a square, and L2 a root. */
function normalizerWork(ctx: WorkContext): Work | undefined {
  const shape: Shape | undefined = ctx.outputShape(0);
  const elements = ctx.outputElements(0);
  const columns = shape?.at(-1) ?? 1;
  if (shape === undefined || elements === undefined || !isKnown(columns)) return undefined;
  const perElement = { MAX: 2, L1: 3, L2: 4 }[ctx.string("norm", "MAX")] ?? 2;
  const rows = columns === 0 ? 0 : elements / columns;
  return {
    macs: 0,
    otherFlops: perElement * elements,
    kernel: { kind: "normalization", rows, columns },
  };
}

/** A look-up per column; what a map takes in memory is not known, so as much as comes out is counted. */
function fromMapWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const bytes = byteCount(ctx.outputType(0));
  if (elements === undefined || bytes === undefined) return undefined;
  return { macs: 0, otherFlops: 0, readBytes: bytes, kernel: { kind: "gather", elements } };
}

function zipMapWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  const bytes = byteCount(ctx.inputType(0));
  if (elements === undefined || bytes === undefined) return undefined;
  return { macs: 0, otherFlops: 0, writeBytes: bytes, kernel: { kind: "movement", elements } };
}

function listLength(ctx: NodeContext, name: string): number | undefined {
  const attribute = ctx.attribute(name);
  return attribute?.kind === "ints" || attribute?.kind === "strings"
    ? attribute.value.length
    : undefined;
}
