import type { ByteSource } from "../../base/byte-source.js";
import type { Problem } from "../../base/problem.js";
import { productOf } from "../../base/product.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
import type { StoredTensor, TensorList } from "./tensor-list.js";
import { utf8Text } from "./utf8-text.js";

/** More than the header of any published model; the format's own limit is 100 MB. */
const headerLimit = 100_000_000;

const types: Readonly<Record<string, ElementType>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I8: "int8",
  U8: "uint8",
  I16: "int16",
};

/**
 * safetensors: eight bytes of length, a JSON header, and the tensors' bytes (huggingface/safetensors, README, "Format").
 * Offsets are not believed: what lies outside, overlaps or does not fit its shape is left out and named.
 */
export function readSafetensors(source: ByteSource, file?: string): TensorList {
  const problems: Problem[] = [];
  const complain = (message: string): void =>
    void problems.push({ code: "RP2320", severity: "warning", message });
  const header = headerOf(source);
  if (header === undefined) {
    complain("The file has no safetensors header that it could hold.");
    return { tensors: [], problems };
  }
  const found: Spanned[] = [];
  for (const [name, entry] of Object.entries(header.fields)) {
    if (name === "__metadata__") continue;
    const tensor = tensorOf(name, entry, header.end, source.size);
    if (typeof tensor === "string") complain(`Tensor \`${name}\` ${tensor}`);
    else found.push(tensor);
  }
  found.sort((left, right) => left.tensor.offset - right.tensor.offset);
  const tensors: StoredTensor[] = [];
  let end = 0;
  for (const { tensor, last } of found) {
    if (tensor.offset < end) {
      complain(`Tensor \`${tensor.name}\` overlaps the one before it; it is left out.`);
      continue;
    }
    end = last;
    tensors.push({ ...tensor, ...(file !== undefined && { file }) });
  }
  return { tensors, problems };
}

interface Spanned {
  readonly tensor: StoredTensor;
  readonly last: number;
}

function headerOf(
  source: ByteSource,
): { readonly fields: Readonly<Record<string, unknown>>; readonly end: number } | undefined {
  const head = source.read(0, 8).slice();
  if (head.length < 8) return undefined;
  const length = Number(new DataView(head.buffer).getBigUint64(0, true));
  if (length < 2 || length > headerLimit || 8 + length > source.size) return undefined;
  try {
    const fields: unknown = JSON.parse(utf8Text(source.read(8, length)));
    return typeof fields === "object" && fields !== null && !Array.isArray(fields)
      ? { fields: fields as Readonly<Record<string, unknown>>, end: 8 + length }
      : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function tensorOf(name: string, entry: unknown, start: number, size: number): Spanned | string {
  if (typeof entry !== "object" || entry === null) return "has no description; it is left out.";
  const { dtype, shape, data_offsets: offsets } = entry as Readonly<Record<string, unknown>>;
  const elementType = typeof dtype === "string" ? types[dtype] : undefined;
  if (elementType === undefined) return `is of type ${String(dtype)}, which is not measured.`;
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    return "has no shape or no offsets that are whole numbers; it is left out.";
  const [first = 0, last = 0] = offsets;
  const count = productOf(shape);
  if (last < first || start + last > size) return "lies outside the file; it is left out.";
  if (last - first !== bytesOfElements(elementType, count))
    return `takes ${last - first} bytes, which is not what its shape says; it is left out.`;
  return {
    tensor: { name, shape, elementType, offset: start + first },
    last: start + last,
  };
}

function isCounts(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((item) => typeof item === "number" && Number.isSafeInteger(item) && item >= 0)
  );
}

/** The files of a model in pieces, by its `…safetensors.index.json`; undefined when it is none. */
export function shardFiles(json: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || !("weight_map" in value)) return undefined;
    const map = value.weight_map;
    if (typeof map !== "object" || map === null) return undefined;
    const files = Object.values(map).filter((file): file is string => typeof file === "string");
    return [...new Set(files)];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
