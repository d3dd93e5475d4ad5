import type { Complaints } from "../onnx/complaints.js";
import { emptyVector, type FlatReader, type FlatTable, type FlatVector } from "./flat-reader.js";
import type { Purse } from "./purse.js";
import {
  bufferField,
  builtinOperators,
  customOperator,
  modelField,
  operatorCodeField,
} from "./schema.js";

/** What everybody who reads a part of one file needs. */
export interface TfliteFile {
  readonly reader: FlatReader;
  readonly complaints: Complaints;
  readonly purse: Purse;
  readonly operators: readonly OperatorCode[];
  readonly subgraphs: FlatVector;
  readonly buffers: FlatVector;
}

export interface OperatorCode {
  /** The builtin's name, or the custom operator's own. */
  readonly name: string;
  readonly isCustom: boolean;
}

export function openFile(
  reader: FlatReader,
  complaints: Complaints,
  purse: Purse,
  model: FlatTable,
): TfliteFile {
  const codes = reader.vector(model, modelField.operatorCodes, 4);
  const operators: OperatorCode[] = [];
  for (let index = 0; index < codes.count && purse.spend("operators", 1); index += 1) {
    complaints.enter("operator_codes", index);
    operators.push(readCode(reader, complaints, reader.tableAt(codes, index)));
    complaints.leave();
  }
  return {
    reader,
    complaints,
    purse,
    operators,
    subgraphs: reader.vector(model, modelField.subgraphs, 4),
    buffers: reader.vector(model, modelField.buffers, 4),
  };
}

/** Codes beyond 126 do not fit the old field, which then holds 127 (`GetBuiltinCode` of TensorFlow Lite). */
function readCode(
  reader: FlatReader,
  complaints: Complaints,
  table: FlatTable | undefined,
): OperatorCode {
  if (table === undefined) return { name: "unreadable", isCustom: true };
  const oldAt = reader.field(table, operatorCodeField.oldCode);
  const newAt = reader.field(table, operatorCodeField.code);
  const code = Math.max(
    oldAt === 0 ? 0 : reader.int8(oldAt),
    newAt === 0 ? 0 : reader.int32(newAt),
  );
  if (code === customOperator) {
    const name = reader.text(table, operatorCodeField.customCode, 256);
    return { name: name === "" ? "custom" : name, isCustom: true };
  }
  const name = builtinOperators[code];
  if (name !== undefined) return { name, isCustom: false };
  complaints.add(
    "RP1030",
    "warning",
    `Operator code ${code} is none of the ${builtinOperators.length} that are known; its nodes have no cost.`,
  );
  return { name: `BUILTIN_${code}`, isCustom: true };
}

/** Where the contents of a buffer lie; a length of 0 where it has none, as activations do. */
export function locateBuffer(
  { reader, buffers, complaints }: TfliteFile,
  index: number,
): { readonly offset: number; readonly length: number } {
  const nothing = { offset: 0, length: 0 };
  // Buffer 0 is empty by convention.
  if (index === 0) return nothing;
  if (index >= buffers.count) {
    complaints.add(
      "RP1031",
      "error",
      `${complaints.path} names buffer ${index}; the file has ${buffers.count}. It is taken for an activation.`,
    );
    return nothing;
  }
  const table = reader.tableAt(buffers, index);
  if (table === undefined) return nothing;
  const offsetAt = reader.field(table, bufferField.offset);
  const sizeAt = reader.field(table, bufferField.size);
  if (offsetAt !== 0 && sizeAt !== 0 && reader.uint64(sizeAt) > 1) {
    // Beyond 2 GiB contents stand behind the FlatBuffer, at an offset of the file.
    const offset = reader.uint64(offsetAt);
    const length = reader.uint64(sizeAt);
    if (offset + length <= reader.size) return { offset, length };
    complaints.add(
      "RP1003",
      "error",
      `The file is damaged: buffer ${index} takes ${length} bytes from byte ${offset}, beyond the end of the file. Copy or download it again.`,
    );
    return { offset, length };
  }
  const { start, count } = reader.vector(table, bufferField.data, 1);
  return count === 0 ? nothing : { offset: start, length: count };
}

/** Whole numbers of a vector of int32; empty, with the purse's problem, when the file asks for too much. */
export function readInts(
  { reader, purse }: TfliteFile,
  table: FlatTable,
  index: number,
): readonly number[] {
  const { start, count } = purse.isEmpty ? emptyVector : reader.vector(table, index, 4);
  if (!purse.spend("list elements", count)) return [];
  const numbers = new Array<number>(count);
  for (let at = 0; at < count; at += 1) numbers[at] = reader.int32(start + 4 * at);
  return numbers;
}
