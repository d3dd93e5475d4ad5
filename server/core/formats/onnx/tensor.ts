import { dataType } from "../../graph/data-type.js";
import { bytesOfElements, type ElementType, elementTypes } from "../../graph/element-type.js";
import type { Scalar, Weight, WeightLocation } from "../../graph/graph.js";
import { readEntry } from "./entry.js";
import { externalContents } from "./external-tensor.js";
import type { Reading } from "./reading.js";
import { tensorField } from "./schema.js";
import { isSmall, numbersFromBytes, numbersFromInts } from "./small-data.js";
import { complainAboutDataType } from "./value-type.js";
import { wireType } from "./wire.js";

export interface ReadTensor {
  readonly name: string;
  /** Undefined, with a problem, when its type or shape is none. */
  readonly weight: Weight | undefined;
}

/** TensorProto: where its contents lie, and the contents themselves only when they are small. */
export function readTensor(reading: Reading, stop: number): ReadTensor {
  const fields = readFields(reading, stop);
  const weight = weightOf(reading, fields);
  reading.wire.position = stop;
  return { name: fields.name, weight };
}

/** Number of elements, or undefined, with a problem, where no tensor can have that shape. */
export function elementCountOf(reading: Reading, dims: readonly number[]): number | undefined {
  let count = 1;
  for (const dim of dims) {
    if (dim < 0) {
      reading.complaints.add(
        "RP1018",
        "error",
        `The shape [${shown(dims)}] has a negative extent.`,
      );
      return undefined;
    }
    count *= dim;
  }
  if (dims.includes(0)) return 0;
  // Sixteen bytes per element must still be countable.
  if (count <= Number.MAX_SAFE_INTEGER / 16) return count;
  reading.complaints.add(
    "RP1018",
    "error",
    `The shape [${shown(dims)}] has more elements than any memory.`,
  );
  return undefined;
}

export interface Contents {
  readonly location?: WeightLocation;
  readonly data?: readonly Scalar[];
}

export function complainAboutSize(
  reading: Reading,
  stored: string,
  needed: { readonly type: ElementType; readonly shape: readonly number[] },
): void {
  reading.complaints.add(
    "RP1020",
    "warning",
    `The tensor stores ${stored}, which is not what ${needed.type}[${shown(needed.shape)}] takes; its contents are not used.`,
  );
}

interface TensorFields {
  readonly dims: number[];
  dataType: number;
  name: string;
  isExternal: boolean;
  external: Map<string, string> | undefined;
  raw: WeightLocation | undefined;
  /** Contents in a typed field: numbers while they are few, and where they lie when in one piece. */
  readonly numbers: number[];
  typed: TypedField | undefined;
  readonly strings: string[];
  stringCount: number;
}

interface TypedField {
  readonly isVarint: boolean;
  pieceCount: number;
  byteLength: number;
  location: WeightLocation;
  /** False once there are more elements than `numbers` keeps. */
  isComplete: boolean;
}

function readFields(reading: Reading, stop: number): TensorFields {
  const { wire } = reading;
  const fields: TensorFields = {
    dims: [],
    dataType: 0,
    name: "",
    isExternal: false,
    external: undefined,
    raw: undefined,
    numbers: [],
    typed: undefined,
    strings: [],
    stringCount: 0,
  };
  for (let field = wire.next(stop); field !== 0; field = wire.next(stop)) {
    switch (field) {
      case tensorField.dims:
        wire.ints(fields.dims);
        break;
      case tensorField.dataType:
        fields.dataType = wire.int();
        break;
      case tensorField.name:
        fields.name = wire.text();
        break;
      case tensorField.rawData: {
        const end = wire.message();
        if (end === undefined) break;
        fields.raw = { offset: wire.start, length: end - wire.start };
        wire.position = end;
        break;
      }
      case tensorField.floatData:
      case tensorField.doubleData:
      case tensorField.int32Data:
      case tensorField.int64Data:
      case tensorField.uint64Data:
        readTyped(reading, fields, field);
        break;
      case tensorField.stringData:
        fields.stringCount += 1;
        if (fields.strings.length < 64) fields.strings.push(wire.text());
        else wire.skip();
        break;
      case tensorField.externalData: {
        const end = wire.message();
        if (end === undefined) break;
        const { key, value } = readEntry(reading, end);
        fields.external ??= new Map<string, string>();
        if (fields.external.size < 64) fields.external.set(key, value);
        break;
      }
      case tensorField.dataLocation:
        fields.isExternal = wire.int() === 1;
        break;
      default:
        wire.skip();
    }
  }
  return fields;
}

function readTyped(reading: Reading, fields: TensorFields, field: number): void {
  const { wire } = reading;
  const isVarint = field !== tensorField.floatData && field !== tensorField.doubleData;
  const isPacked = wire.type === wireType.length;
  const length = isPacked ? wire.stop - wire.start : wire.position - wire.start;
  const typed = (fields.typed ??= {
    isVarint,
    pieceCount: 0,
    byteLength: 0,
    location: { offset: wire.start, length, ...(isVarint && { encoding: "varint" as const }) },
    isComplete: true,
  });
  typed.pieceCount += 1;
  typed.byteLength += length;
  // Ten bytes are the longest integer, so a longer piece holds more elements than are ever kept.
  if (length > 10 * keptCount || fields.numbers.length > keptCount) {
    typed.isComplete = false;
    wire.skip();
  } else if (isVarint) wire.ints(fields.numbers);
  else wire.floats(fields.numbers, field === tensorField.floatData ? 4 : 8);
}

const keptCount = 1024;

function weightOf(reading: Reading, fields: TensorFields): Weight | undefined {
  const elementType = dataType(fields.dataType);
  const count = elementCountOf(reading, fields.dims);
  if (elementType === undefined) complainAboutDataType(reading, fields.dataType);
  if (elementType === undefined || count === undefined) return undefined;
  const shape = fields.dims;
  const byteLength = bytesOfElements(elementType, count);
  const contents: Contents = fields.isExternal
    ? externalContents(reading, fields.external ?? new Map<string, string>(), {
        elementType,
        shape,
        count,
        byteLength,
      })
    : ownContents(reading, fields, elementType, count);
  return { elementType, shape, byteLength, ...contents };
}

function ownContents(
  reading: Reading,
  fields: TensorFields,
  type: ElementType,
  count: number,
): Contents {
  const needed = { type, shape: fields.dims };
  const byteLength = bytesOfElements(type, count);
  if (count === 0) return { data: [] };
  if (type === "string") {
    if (fields.stringCount !== count) {
      complainAboutSize(reading, `${fields.stringCount} texts`, needed);
      return {};
    }
    return isSmall(type, count) ? { data: fields.strings } : {};
  }
  if (fields.raw !== undefined && fields.raw.length > 0) {
    const { offset, length } = fields.raw;
    if (length !== byteLength) {
      complainAboutSize(reading, `${length} bytes`, needed);
      return { location: fields.raw };
    }
    const data = isSmall(type, count)
      ? numbersFromBytes(type, count, reading.wire.bytes(offset, length))
      : undefined;
    return { location: fields.raw, ...(data !== undefined && { data }) };
  }
  if (fields.typed !== undefined && fields.typed.byteLength > 0)
    return typedContents(reading, fields, fields.typed, needed, count);
  reading.strippedCount += 1;
  return {};
}

function typedContents(
  reading: Reading,
  fields: TensorFields,
  typed: TypedField,
  needed: { readonly type: ElementType; readonly shape: readonly number[] },
  count: number,
): Contents {
  const { type } = needed;
  const location = typed.pieceCount === 1 ? { location: typed.location } : {};
  const { bits, family } = elementTypes[type];
  // Types below a byte are packed into bytes first; a complex number is two floats.
  const storedCount =
    bits < 8 ? bytesOfElements(type, count) : family === "complex" ? count * 2 : count;
  const isRightSize = typed.isComplete
    ? fields.numbers.length === storedCount
    : typed.isVarint
      ? storedCount <= typed.byteLength && typed.byteLength <= storedCount * 10
      : typed.byteLength === bytesOfElements(type, count);
  if (!isRightSize || (!typed.isVarint && family !== "float" && family !== "complex")) {
    complainAboutSize(
      reading,
      typed.isComplete ? `${fields.numbers.length} numbers` : `${typed.byteLength} bytes`,
      needed,
    );
    return location;
  }
  if (!typed.isComplete || !isSmall(type, count)) return location;
  const data = typed.isVarint ? numbersFromInts(type, count, fields.numbers) : fields.numbers;
  return { ...location, ...(data !== undefined && { data }) };
}

function shown(dims: readonly number[]): string {
  return dims.length <= 8 ? dims.join(",") : `${dims.slice(0, 8).join(",")},…`;
}
