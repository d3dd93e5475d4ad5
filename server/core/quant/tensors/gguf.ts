import type { ByteSource } from "../../base/byte-source.js";
import type { Problem } from "../../base/problem.js";
import { productOf } from "../../base/product.js";
import { BrokenHeader, ForeignHeader, readHeader } from "../../formats/gguf/header.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
import { tensorTypes } from "../../formats/gguf/tensor-types.js";
import { findBlockType } from "../ggml/block-types.js";
import type { StoredTensor, TensorList } from "./tensor-list.js";

/** ggml's type numbers that are plain numbers (ggml.h, enum ggml_type). */
const types: Readonly<Record<number, ElementType>> = {
  0: "float32",
  1: "float16",
  24: "int8",
  25: "int16",
  28: "float64",
  30: "bfloat16",
};

/** GGUF version 2 and 3 (ggml, docs/gguf.md): metadata is passed over; tensors of plain numbers and of blocks are listed. */
export function readGguf(source: ByteSource): TensorList {
  const problems: Problem[] = [];
  const complain = (message: string): void =>
    void problems.push({ code: "RP2321", severity: "warning", message });
  try {
    const { tensors: found, dataStart } = readHeader(source, () => undefined);
    const tensors: StoredTensor[] = [];
    const unread = new Map<number, number>();
    for (const { name, shape, type, offset } of found) {
      const blocks = tensorTypes[type]?.name.toLowerCase() ?? "";
      const isBlocks = types[type] === undefined;
      if (isBlocks && findBlockType(blocks) === undefined) {
        unread.set(type, (unread.get(type) ?? 0) + 1);
        continue;
      }
      const elementType = types[type] ?? "float32";
      const byteLength = isBlocks
        ? blockBytes(blocks, shape)
        : bytesOfElements(elementType, productOf(shape));
      if (byteLength === undefined)
        complain(
          `Tensor \`${name}\` has rows that are no whole blocks of ${blocks}; it is left out.`,
        );
      else if (dataStart + offset + byteLength > source.size)
        complain(`Tensor \`${name}\` lies outside the file; it is left out.`);
      else
        tensors.push({
          name,
          shape,
          elementType,
          offset: dataStart + offset,
          ...(isBlocks && { blocks }),
        });
    }
    for (const [type, count] of unread)
      problems.push({
        code: "RP2322",
        severity: "information",
        message: `${count} of ${found.length} tensors are stored as ${tensorTypes[type]?.name ?? `type ${type}`}, which is not decoded here; they are not measured.`,
      });
    return { tensors, problems };
  } catch (error) {
    if (!(error instanceof BrokenHeader)) throw error;
    if (error instanceof ForeignHeader) complain("The file is no GGUF file of version 2 or 3.");
    else
      complain("The GGUF header ends early or says lengths that cannot be; nothing is measured.");
    return { tensors: [], problems };
  }
}

/** Undefined where the innermost extent is no multiple of a block. */
function blockBytes(id: string, shape: readonly number[]): number | undefined {
  const type = findBlockType(id);
  const columns = shape[shape.length - 1] ?? 0;
  return type === undefined || columns % type.elements !== 0
    ? undefined
    : (productOf(shape) / type.elements) * type.bytes;
}
