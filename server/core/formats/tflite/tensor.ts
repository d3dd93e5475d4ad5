import { productOf } from "../../base/product.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
import type { Quantization, Value, Weight } from "../../graph/graph.js";
import { tensor, type Shape } from "../../graph/value-type.js";
import { isSmall, numbersFromBytes } from "../onnx/small-data.js";
import { locateBuffer, readInts, type TfliteFile } from "./file.js";
import type { FlatTable } from "./flat-reader.js";
import { elementTypesByCode, quantizationField, tensorField } from "./schema.js";

/** A tensor of a subgraph: a constant when it has contents, else an activation or a variable. */
export function readTensor(file: TfliteFile, table: FlatTable, index: number): Value {
  const { reader } = file;
  const name = reader.text(table, tensorField.name);
  const typeAt = reader.field(table, tensorField.type);
  const code = typeAt === 0 ? 0 : reader.int8(typeAt);
  const elementType = elementTypesByCode[code];
  const shape = readInts(file, table, tensorField.shape);
  const bufferAt = reader.field(table, tensorField.buffer);
  const buffer = locateBuffer(file, bufferAt === 0 ? 0 : reader.uint32(bufferAt));
  const quantization = readQuantization(file, table);
  const value: Value = {
    name: name === "" ? `tensor_${index}` : name,
    ...(quantization !== undefined && { quantization }),
  };
  if (elementType === undefined) return value;
  if (buffer.length > 0) {
    const weight = weightOf(file, elementType, shape, buffer, table);
    if (weight !== undefined) return { ...value, weight };
  }
  const variableAt = reader.field(table, tensorField.isVariable);
  return {
    ...value,
    declared: tensor(elementType, declaredShape(file, table, shape)),
    ...(variableAt !== 0 && reader.uint8(variableAt) !== 0 && { isVariable: true }),
  };
}

/**
 * The interpreter starts with `shape`, in which extents that the signature leaves open are 1; they are analysed so,
 * until the user asks for other inputs. An empty shape with a signature is a tensor of unknown rank.
 */
function declaredShape(
  file: TfliteFile,
  table: FlatTable,
  shape: readonly number[],
): Shape | undefined {
  const signature = file.reader.vector(table, tensorField.shapeSignature, 4);
  if (shape.length === 0 && signature.count > 0) return undefined;
  return shape.every((extent) => extent >= 0) ? shape : undefined;
}

function weightOf(
  { reader, complaints }: TfliteFile,
  elementType: ElementType,
  shape: readonly number[],
  location: { readonly offset: number; readonly length: number },
  table: FlatTable,
): Weight | undefined {
  const count = productOf(shape);
  if (!Number.isSafeInteger(count) || count < 0) {
    complaints.add(
      "RP1032",
      "error",
      `${complaints.path} has the shape [${shape.slice(0, 8).join(",")}], which no tensor can have.`,
    );
    return undefined;
  }
  const isSparse = reader.field(table, tensorField.sparsity) !== 0;
  if (elementType === "string" || isSparse)
    return { elementType, shape, byteLength: location.length, location };
  const byteLength = bytesOfElements(elementType, count);
  if (location.length < byteLength)
    complaints.add(
      "RP1033",
      "warning",
      `${complaints.path} needs ${byteLength} bytes by its shape and type; its buffer has ${location.length}.`,
    );
  const isRead = count > 0 && isSmall(elementType, count) && location.length >= byteLength;
  const data = isRead
    ? numbersFromBytes(elementType, count, reader.bytes(location.offset, byteLength))
    : undefined;
  return {
    elementType,
    shape,
    byteLength,
    location: { offset: location.offset, length: byteLength },
    ...(data !== undefined && { data }),
  };
}

/** Affine quantization, real = scale × (stored − zero point), for the tensor or for each slice along an axis. */
function readQuantization(file: TfliteFile, tensorTable: FlatTable): Quantization | undefined {
  const { reader, purse } = file;
  const table = reader.tableField(tensorTable, tensorField.quantization);
  if (table === undefined) return undefined;
  const scales = reader.vector(table, quantizationField.scale, 4);
  const zeros = reader.vector(table, quantizationField.zeroPoint, 8);
  if (scales.count === 0 || !purse.spend("list elements", scales.count + zeros.count))
    return undefined;
  const axisAt = reader.field(table, quantizationField.axis);
  return {
    scales: Array.from({ length: scales.count }, (_, at) => reader.float32(scales.start + 4 * at)),
    zeroPoints: Array.from({ length: zeros.count }, (_, at) => reader.int64(zeros.start + 8 * at)),
    axis: axisAt === 0 ? 0 : reader.int32(axisAt),
  };
}
