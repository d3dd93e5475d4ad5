import type protobuf from "protobufjs/minimal.js";
import { dataType } from "../../graph/data-type.js";
import { type Dim, symbol } from "../../graph/dim.js";
import type { ElementType } from "../../graph/element-type.js";
import type { ValueType } from "../../graph/value-type.js";
import {
  decodeLeaf,
  eachFieldWithin,
  eachLeafField,
  leafInt,
  leafText,
  messageTag,
  varintTag,
} from "./leaf.js";
import { nestingLimit, type Reading } from "./reading.js";
import {
  containerTypeField,
  dimensionField,
  mapTypeField,
  shapeField,
  tensorTypeField,
  typeField,
  valueInfoField,
} from "./schema.js";

export interface ValueInfo {
  readonly name: string;
  readonly type: ValueType | undefined;
  /** Of its message; a function's inputs and outputs have only names. */
  readonly offset?: number;
}

/** ValueInfoProto. */
export function readValueInfo(reading: Reading, stop: number): ValueInfo {
  const offset = reading.wire.position;
  let name = "";
  let type: ValueType | undefined;
  decodeLeaf(reading, stop, (reader) => {
    eachLeafField(reader, reader.len, (tag) => {
      switch (tag) {
        case messageTag(valueInfoField.name):
          name = leafText(reader, reading.texts);
          return true;
        case messageTag(valueInfoField.type):
          type = decodeType(reading, reader, 0);
          return true;
        default:
          return false;
      }
    });
  });
  return { name, type, offset };
}

/** TypeProto as a message of its own, as attributes hold it. */
export function readTypeProto(reading: Reading, stop: number): ValueType | undefined {
  let type: ValueType | undefined;
  decodeLeaf(reading, stop, (reader) => {
    eachLeafField(reader, reader.len, (tag) => {
      const decoded = decodeTypeField(reading, reader, tag, 0);
      if (decoded === undefined) return false;
      type = decoded.type;
      return true;
    });
  });
  return type;
}

function decodeType(
  reading: Reading,
  reader: protobuf.Reader,
  depth: number,
): ValueType | undefined {
  if (depth > nestingLimit) {
    reading.complaints.add("RP1005", "error", "A type is nested too deeply; it counts as unknown.");
    reader.skipType(2);
    return undefined;
  }
  let type: ValueType | undefined;
  eachFieldWithin(reader, (tag) => {
    const decoded = decodeTypeField(reading, reader, tag, depth);
    if (decoded === undefined) return false;
    type = decoded.type;
    return true;
  });
  return type;
}

/** The type that a field of TypeProto gives; undefined when the field gives none. Opaque types stay unknown. */
function decodeTypeField(
  reading: Reading,
  reader: protobuf.Reader,
  tag: number,
  depth: number,
): { readonly type: ValueType | undefined } | undefined {
  switch (tag) {
    case messageTag(typeField.tensor):
      return { type: { kind: "tensor", ...decodeTensorType(reading, reader) } };
    case messageTag(typeField.sparseTensor):
      return { type: { kind: "sparse", ...decodeTensorType(reading, reader) } };
    case messageTag(typeField.sequence):
      return { type: { kind: "sequence", element: decodeElement(reading, reader, depth) } };
    case messageTag(typeField.optional):
      return { type: { kind: "optional", element: decodeElement(reading, reader, depth) } };
    case messageTag(typeField.map):
      return { type: decodeMap(reading, reader, depth) };
    default:
      return undefined;
  }
}

function decodeTensorType(
  reading: Reading,
  reader: protobuf.Reader,
): { readonly elementType: ElementType | undefined; readonly shape: readonly Dim[] | undefined } {
  let elementType: ElementType | undefined;
  let shape: Dim[] | undefined;
  eachFieldWithin(reader, (tag) => {
    switch (tag) {
      case varintTag(tensorTypeField.elementType):
        elementType = decodeElementType(reading, reader);
        return true;
      case messageTag(tensorTypeField.shape):
        shape = [];
        decodeShape(reading, reader, shape);
        return true;
      default:
        return false;
    }
  });
  return { elementType, shape };
}

function decodeElementType(reading: Reading, reader: protobuf.Reader): ElementType | undefined {
  const number = reader.int32();
  const elementType = dataType(number);
  if (elementType === undefined && number !== 0) complainAboutDataType(reading, number);
  return elementType;
}

export function complainAboutDataType(reading: Reading, number: number): void {
  reading.complaints.add(
    "RP1019",
    "warning",
    `Data type ${number} is not one that ONNX defines; the type counts as unknown.`,
  );
}

function decodeShape(reading: Reading, reader: protobuf.Reader, shape: Dim[]): void {
  eachFieldWithin(reader, (tag) => {
    if (tag !== messageTag(shapeField.dim)) return false;
    // Without value or name an extent is unknown, and unlike any other.
    let dim: Dim = symbol("?");
    eachFieldWithin(reader, (dimTag) => {
      switch (dimTag) {
        case varintTag(dimensionField.value): {
          const extent = leafInt(reader);
          // Old exporters write -1 (and 0 stays a real extent) for an extent that they do not know.
          if (0 <= extent && extent <= Number.MAX_SAFE_INTEGER) dim = extent;
          else if (extent !== -1)
            reading.complaints.add(
              "RP1018",
              "warning",
              `A declared shape has the extent ${extent}, which no tensor can have; it counts as unknown.`,
            );
          return true;
        }
        case messageTag(dimensionField.parameter): {
          const name = leafText(reader, reading.texts);
          if (name !== "") dim = symbol(name);
          return true;
        }
        default:
          return false;
      }
    });
    shape.push(dim);
    return true;
  });
}

function decodeElement(
  reading: Reading,
  reader: protobuf.Reader,
  depth: number,
): ValueType | undefined {
  let element: ValueType | undefined;
  eachFieldWithin(reader, (tag) => {
    if (tag !== messageTag(containerTypeField.elementType)) return false;
    element = decodeType(reading, reader, depth + 1);
    return true;
  });
  return element;
}

function decodeMap(reading: Reading, reader: protobuf.Reader, depth: number): ValueType {
  let key: ElementType | undefined;
  let value: ValueType | undefined;
  eachFieldWithin(reader, (tag) => {
    switch (tag) {
      case varintTag(mapTypeField.keyType):
        key = decodeElementType(reading, reader);
        return true;
      case messageTag(mapTypeField.valueType):
        value = decodeType(reading, reader, depth + 1);
        return true;
      default:
        return false;
    }
  });
  return { kind: "map", key, value };
}
