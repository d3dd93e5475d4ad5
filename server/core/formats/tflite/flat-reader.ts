import type { ByteSource } from "../../base/byte-source.js";
import { throwIfCancelled, type Cancel } from "../../base/cancel.js";
import type { Complaints } from "../onnx/complaints.js";
import { decodeUtf8 } from "../onnx/utf8.js";

/** Where a FlatBuffers table and its list of field offsets lie in the file. */
export interface FlatTable {
  readonly position: number;
  readonly fields: number;
  /** Bytes of the list of field offsets, its own two lengths included. */
  readonly fieldsLength: number;
}

export interface FlatVector {
  readonly start: number;
  readonly count: number;
}

export const emptyVector: FlatVector = { start: 0, count: 0 };

/**
 * Random access to a FlatBuffers file in pages (https://flatbuffers.dev/internals). Nothing in the file is believed:
 * an offset that leads out of it, or a vector longer than what is left, is told once with its place, and counts as
 * absent or as cut off. Tables refer to one another freely, so whoever walks them spends from a `Purse`.
 */
export class FlatReader {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #complaints: Complaints;
  readonly #cancel: Cancel;
  /** Pages by number, the least recently used first. */
  readonly #pages = new Map<number, DataView>();
  #pageNumber = -1;
  #page: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #tableCount = 0;

  constructor(source: ByteSource, complaints: Complaints, cancel: Cancel) {
    this.size = source.size;
    this.#source = source;
    this.#complaints = complaints;
    this.#cancel = cancel;
  }

  uint8(offset: number): number {
    return this.#has(offset, 1) ? this.#view(offset, 1).getUint8(this.#at) : 0;
  }

  int8(offset: number): number {
    return this.#has(offset, 1) ? this.#view(offset, 1).getInt8(this.#at) : 0;
  }

  uint16(offset: number): number {
    return this.#has(offset, 2) ? this.#view(offset, 2).getUint16(this.#at, true) : 0;
  }

  int16(offset: number): number {
    return this.#has(offset, 2) ? this.#view(offset, 2).getInt16(this.#at, true) : 0;
  }

  int32(offset: number): number {
    return this.#has(offset, 4) ? this.#view(offset, 4).getInt32(this.#at, true) : 0;
  }

  uint32(offset: number): number {
    return this.#has(offset, 4) ? this.#view(offset, 4).getUint32(this.#at, true) : 0;
  }

  float32(offset: number): number {
    return this.#has(offset, 4) ? this.#view(offset, 4).getFloat32(this.#at, true) : 0;
  }

  /** 64-bit integers outside ±2^53 are rounded. */
  int64(offset: number): number {
    return this.int32(offset + 4) * 2 ** 32 + this.uint32(offset);
  }

  uint64(offset: number): number {
    return this.uint32(offset + 4) * 2 ** 32 + this.uint32(offset);
  }

  /** The table that begins at `position`; undefined, with a problem, when there can be none. */
  table(position: number): FlatTable | undefined {
    if (this.#tableCount % 1024 === 0) throwIfCancelled(this.#cancel);
    this.#tableCount += 1;
    if (position < 4 || this.size < position + 4) {
      this.#damaged(position, "a table");
      return;
    }
    const fields = position - this.int32(position);
    if (fields < 0 || this.size < fields + 4) {
      this.#damaged(position, "a table");
      return;
    }
    const fieldsLength = this.uint16(fields);
    if (fieldsLength < 4 || this.size < fields + fieldsLength) {
      this.#damaged(position, "a table");
      return;
    }
    return { position, fields, fieldsLength };
  }

  /** Offset of a field's value; 0 when the table leaves it out. Fields are numbered from 0 as the schema lists them. */
  field(table: FlatTable, index: number): number {
    const slot = 4 + 2 * index;
    if (table.fieldsLength < slot + 2) return 0;
    const distance = this.uint16(table.fields + slot);
    if (distance === 0) return 0;
    const offset = table.position + distance;
    if (offset < this.size) return offset;
    this.#damaged(table.position, "a field");
    return 0;
  }

  /** What the reference at `offset` points to; 0 when it leads nowhere. References lead forwards only. */
  target(offset: number): number {
    const distance = this.uint32(offset);
    const target = offset + distance;
    if (distance >= 4 && target + 4 <= this.size) return target;
    this.#damaged(offset, "a reference");
    return 0;
  }

  tableField(table: FlatTable, index: number): FlatTable | undefined {
    const field = this.field(table, index);
    const target = field === 0 ? 0 : this.target(field);
    return target === 0 ? undefined : this.table(target);
  }

  /** A vector, cut where the file ends. */
  vector(table: FlatTable, index: number, elementBytes: number): FlatVector {
    const field = this.field(table, index);
    return field === 0 ? emptyVector : this.vectorAt(this.target(field), elementBytes);
  }

  vectorAt(position: number, elementBytes: number): FlatVector {
    if (position === 0) return emptyVector;
    const count = this.uint32(position);
    const start = position + 4;
    const most = Math.floor((this.size - start) / elementBytes);
    if (count <= most) return { start, count };
    this.#complaints.addAtOffset(
      "RP1003",
      "error",
      `The file is damaged: ${this.#subject()} has a list of ${count} elements at byte ${position}, and ${Math.max(0, most)} would fit into the rest of the file. Copy or download it again.`,
      position,
    );
    return { start, count: Math.max(0, most) };
  }

  /** The table that element `index` of a vector of references points to. */
  tableAt(vector: FlatVector, index: number): FlatTable | undefined {
    const target = this.target(vector.start + 4 * index);
    return target === 0 ? undefined : this.table(target);
  }

  text(table: FlatTable, index: number, limit = 4096): string {
    const { start, count } = this.vector(table, index, 1);
    return count === 0 ? "" : decodeUtf8(this.bytes(start, Math.min(count, limit)));
  }

  /** A copy, so that the next read does not change it. */
  bytes(offset: number, length: number): Uint8Array {
    return this.#source.read(offset, length).slice();
  }

  #has(offset: number, length: number): boolean {
    return 0 <= offset && offset + length <= this.size;
  }

  /** A view that holds [offset, offset + length), and in `#at` where in it. */
  #view(offset: number, length: number): DataView {
    const number = Math.floor(offset / pageLength);
    const at = offset - number * pageLength;
    this.#at = at;
    if (at + length > pageLength) {
      this.#at = 0;
      return padded(this.bytes(offset, length), length);
    }
    if (number === this.#pageNumber) return this.#page;
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = padded(this.bytes(number * pageLength, pageLength), pageLength);
      const [oldest] = this.#pages.keys();
      if (this.#pages.size >= pageLimit && oldest !== undefined) this.#pages.delete(oldest);
    } else this.#pages.delete(number);
    this.#pages.set(number, page);
    this.#page = page;
    this.#pageNumber = number;
    return page;
  }

  #damaged(offset: number, what: string): undefined {
    this.#complaints.addAtOffset(
      "RP1003",
      "error",
      `The file is damaged: ${this.#subject()} has ${what} at byte ${offset} that leads out of the file. Copy or download it again.`,
      Math.min(Math.max(0, offset), this.size),
    );
    return undefined;
  }

  #subject(): string {
    return this.#complaints.path === "" ? "the model" : this.#complaints.path;
  }
}

/** Zeros behind what a source gives less than it promised. */
function padded(bytes: Uint8Array, length: number): DataView {
  const whole = new Uint8Array(length);
  whole.set(bytes.subarray(0, length));
  return new DataView(whole.buffer);
}

const pageLength = 16 * 1024;
/** Tables refer to field lists, names and buffers all over the file. */
const pageLimit = 64;
