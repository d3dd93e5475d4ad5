import type { ByteSource } from "../../base/byte-source.js";
import type { Problem } from "../../base/problem.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
import type { StoredTensor, TensorList } from "./tensor-list.js";
import { utf8Text } from "./utf8-text.js";

/** ggml's type numbers that are plain numbers (ggml.h, enum ggml_type). */
const types: Readonly<Record<number, ElementType>> = {
  0: "float32",
  1: "float16",
  24: "int8",
  25: "int16",
  28: "float64",
  30: "bfloat16",
};

/** Bytes of a metadata value by its type number; 8 is a string, 9 a list. */
const valueBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

const countLimit = 1_000_000;

/** GGUF version 2 and 3 (ggml, docs/gguf.md): metadata is passed over, tensors of plain numbers are listed. */
export function readGguf(source: ByteSource): TensorList {
  const problems: Problem[] = [];
  const complain = (message: string): void =>
    void problems.push({ code: "RP2321", severity: "warning", message });
  try {
    const reader = new Reader(source);
    const magic = reader.u32();
    const version = reader.u32();
    if (magic !== 0x46554747 || version < 2 || version > 3) {
      complain("The file is no GGUF file of version 2 or 3.");
      return { tensors: [], problems };
    }
    const tensorCount = reader.count();
    const pairCount = reader.count();
    let alignment = 32;
    for (let pair = 0; pair < pairCount; pair++) {
      const key = reader.text();
      const type = reader.u32();
      if (key === "general.alignment" && type === 4) alignment = Math.max(1, reader.u32());
      else reader.skip(type, 0);
    }
    const found = Array.from({ length: tensorCount }, () => reader.tensor());
    const start = Math.ceil(reader.position / alignment) * alignment;
    const tensors: StoredTensor[] = [];
    let quantized = 0;
    for (const { name, shape, type, offset } of found) {
      const elementType = types[type];
      if (elementType === undefined) {
        quantized += 1;
        continue;
      }
      const count = shape.reduce((product, extent) => product * extent, 1);
      if (start + offset + bytesOfElements(elementType, count) > source.size)
        complain(`Tensor \`${name}\` lies outside the file; it is left out.`);
      else tensors.push({ name, shape, elementType, offset: start + offset });
    }
    if (quantized > 0)
      problems.push({
        code: "RP2322",
        severity: "information",
        message: `${quantized} of ${tensorCount} tensors are quantized already; only plain ones are measured.`,
      });
    return { tensors, problems };
  } catch (error) {
    if (!(error instanceof EndOfFile)) throw error;
    complain("The GGUF header ends early or says lengths that cannot be; nothing is measured.");
    return { tensors: [], problems };
  }
}

class EndOfFile extends Error {
  constructor() {
    super("end of file");
    this.name = "EndOfFile";
  }
}

class Reader {
  readonly #source: ByteSource;
  position = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  u32(): number {
    return this.#view(4).getUint32(0, true);
  }

  u64(): number {
    const value = Number(this.#view(8).getBigUint64(0, true));
    if (!Number.isSafeInteger(value)) throw new EndOfFile();
    return value;
  }

  count(): number {
    const value = this.u64();
    if (value > countLimit) throw new EndOfFile();
    return value;
  }

  text(): string {
    const length = this.u64();
    return utf8Text(this.#bytes(length));
  }

  skip(type: number, depth: number): void {
    const bytes = valueBytes[type];
    if (bytes !== undefined) this.#pass(bytes);
    else if (type === 8) this.#pass(this.u64());
    else if (type === 9 && depth < 8) {
      const inner = this.u32();
      const count = this.u64();
      const each = valueBytes[inner];
      if (each !== undefined) this.#pass(each * count);
      else for (let index = 0; index < count; index++) this.skip(inner, depth + 1);
    } else throw new EndOfFile();
  }

  tensor(): { name: string; shape: readonly number[]; type: number; offset: number } {
    const name = this.text();
    const rank = this.u32();
    if (rank > 8) throw new EndOfFile();
    // The fastest extent comes first in the file; rows of a matrix are its outputs.
    const shape = Array.from({ length: rank }, () => this.u64()).reverse();
    return { name, shape, type: this.u32(), offset: this.u64() };
  }

  #pass(length: number): void {
    this.position += length;
    if (this.position > this.#source.size) throw new EndOfFile();
  }

  #bytes(length: number): Uint8Array {
    if (length > this.#source.size - this.position) throw new EndOfFile();
    const bytes = this.#source.read(this.position, length);
    this.position += length;
    return bytes;
  }

  #view(length: number): DataView {
    const bytes = this.#bytes(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
}
