import type { ByteSource } from "../../base/byte-source.js";
import type { Problem } from "../../base/problem.js";
import { BrokenHeader, ForeignHeader, readHeader } from "../../formats/gguf/header.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
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

/** GGUF version 2 and 3 (ggml, docs/gguf.md): metadata is passed over, tensors of plain numbers are listed. */
export function readGguf(source: ByteSource): TensorList {
  const problems: Problem[] = [];
  const complain = (message: string): void =>
    void problems.push({ code: "RP2321", severity: "warning", message });
  try {
    const { tensors: found, dataStart } = readHeader(source, () => undefined);
    const tensors: StoredTensor[] = [];
    let quantized = 0;
    for (const { name, shape, type, offset } of found) {
      const elementType = types[type];
      if (elementType === undefined) {
        quantized += 1;
        continue;
      }
      const count = shape.reduce((product, extent) => product * extent, 1);
      if (dataStart + offset + bytesOfElements(elementType, count) > source.size)
        complain(`Tensor \`${name}\` lies outside the file; it is left out.`);
      else tensors.push({ name, shape, elementType, offset: dataStart + offset });
    }
    if (quantized > 0)
      problems.push({
        code: "RP2322",
        severity: "information",
        message: `${quantized} of ${found.length} tensors are quantized already; only plain ones are measured.`,
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
