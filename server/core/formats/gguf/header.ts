import type { ByteSource } from "../../base/byte-source.js";
import { decodeUtf8 } from "../onnx/utf8.js";

/** What stands in front of the weights of a GGUF file (ggml, docs/gguf.md). */
export interface GgufHeader {
  readonly version: number;
  /** Numbers, flags and short texts; of a list its length, under `<key>.length`, and its numbers if they are few. */
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
  /** Offset in the file from which the tensors' own offsets count. */
  readonly dataStart: number;
}

export type GgufValue = number | boolean | string | readonly number[];

export interface GgufTensor {
  readonly name: string;
  /** Slowest extent first: a matrix is [outputs, inputs]. */
  readonly shape: readonly number[];
  /** Number of ggml's type. */
  readonly type: number;
  /** Bytes from the start of the data. */
  readonly offset: number;
}

/** The file ends early, or says a length that cannot be; `offset` is where. */
export class BrokenHeader extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super("broken header");
    this.name = "BrokenHeader";
    this.offset = offset;
  }
}

/** Not GGUF at all, or a version that nobody here knows. */
export class ForeignHeader extends BrokenHeader {}

export const ggufMagic = 0x46554747;

/** Throws `BrokenHeader`. `onStep` is called now and then: a million words take a while. */
export function readHeader(source: ByteSource, onStep: () => void): GgufHeader {
  const reader = new HeaderReader(source);
  if (reader.u32() !== ggufMagic) throw new ForeignHeader(0);
  const version = reader.u32();
  if (version < 2 || version > 3) throw new ForeignHeader(4);
  const tensorCount = reader.count(countLimit);
  const pairCount = reader.count(countLimit);
  const metadata = new Map<string, GgufValue>();
  for (let pair = 0; pair < pairCount; pair++) {
    onStep();
    const key = reader.text(keyLimit);
    const type = reader.u32();
    readValue(reader, metadata, key, type, onStep);
  }
  const tensors: GgufTensor[] = [];
  for (let index = 0; index < tensorCount; index++) {
    if (index % 1024 === 0) onStep();
    tensors.push(reader.tensor());
  }
  const alignment = metadata.get("general.alignment");
  const step =
    typeof alignment === "number" && Number.isInteger(alignment) ? Math.max(1, alignment) : 32;
  return { version, metadata, tensors, dataStart: Math.ceil(reader.position / step) * step };
}

const countLimit = 1_000_000;
const keyLimit = 65_535;
const textLimit = 1024;
const listLimit = 4096;

const typeOf = { text: 8, list: 9 } as const;

function readValue(
  reader: HeaderReader,
  metadata: Map<string, GgufValue>,
  key: string,
  type: number,
  onStep: () => void,
): void {
  if (type === typeOf.text) metadata.set(key, reader.shortText(textLimit));
  else if (type === typeOf.list) {
    const inner = reader.u32();
    const count = reader.u64();
    metadata.set(`${key}.length`, count);
    const bytes = bytesOf[inner];
    if (bytes !== undefined && count > listLimit) reader.pass(bytes * count);
    else if (bytes !== undefined)
      metadata.set(
        key,
        Array.from({ length: count }, () => Number(reader.number(inner))),
      );
    else passEach(reader, inner, count, onStep, 1);
  } else metadata.set(key, reader.number(type));
}

/** Passes over texts, and over lists of lists, which are allowed and used by nobody. */
function passEach(
  reader: HeaderReader,
  type: number,
  count: number,
  onStep: () => void,
  depth: number,
): void {
  const bytes = bytesOf[type];
  if (bytes !== undefined) reader.pass(bytes * count);
  else if (type === typeOf.text || (type === typeOf.list && depth < deepest))
    for (let index = 0; index < count; index++) {
      if (index % 4096 === 0) onStep();
      if (type === typeOf.text) reader.pass(reader.u64());
      else passEach(reader, reader.u32(), reader.u64(), onStep, depth + 1);
    }
  else throw new BrokenHeader(reader.position);
}

const deepest = 8;

/** Bytes of a number by its type. */
const bytesOf: Readonly<Record<number, number>> = {
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

class HeaderReader {
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
    if (!Number.isSafeInteger(value)) throw new BrokenHeader(this.position - 8);
    return value;
  }

  count(limit: number): number {
    const value = this.u64();
    if (value > limit) throw new BrokenHeader(this.position - 8);
    return value;
  }

  text(limit: number): string {
    return decodeUtf8(this.#bytes(this.count(limit)));
  }

  /** Of a longer text its beginning. */
  shortText(limit: number): string {
    const length = this.u64();
    const start = decodeUtf8(this.#bytes(Math.min(length, limit)));
    this.pass(length - Math.min(length, limit));
    return start;
  }

  number(type: number): number | boolean {
    const bytes = bytesOf[type];
    if (bytes === undefined) throw new BrokenHeader(this.position - 4);
    const view = this.#view(bytes);
    switch (type) {
      case 0:
        return view.getUint8(0);
      case 1:
        return view.getInt8(0);
      case 2:
        return view.getUint16(0, true);
      case 3:
        return view.getInt16(0, true);
      case 4:
        return view.getUint32(0, true);
      case 5:
        return view.getInt32(0, true);
      case 6:
        return view.getFloat32(0, true);
      case 7:
        return view.getUint8(0) !== 0;
      case 10:
        return Number(view.getBigUint64(0, true));
      case 11:
        return Number(view.getBigInt64(0, true));
      default:
        return view.getFloat64(0, true);
    }
  }

  tensor(): GgufTensor {
    const name = this.text(keyLimit);
    const rank = this.u32();
    if (rank > 8) throw new BrokenHeader(this.position - 4);
    // The fastest extent comes first in the file.
    const shape = Array.from({ length: rank }, () => this.u64()).reverse();
    return { name, shape, type: this.u32(), offset: this.u64() };
  }

  pass(length: number): void {
    if (length > this.#source.size - this.position) throw new BrokenHeader(this.position);
    this.position += length;
  }

  #bytes(length: number): Uint8Array {
    if (length > this.#source.size - this.position) throw new BrokenHeader(this.position);
    const bytes = this.#source.read(this.position, length);
    this.position += length;
    return bytes;
  }

  #view(length: number): DataView {
    const bytes = this.#bytes(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
}
