import type { ByteSource } from "../../base/byte-source.js";
import { type Cancel, throwIfCancelled } from "../../base/cancel.js";
import type { Budget } from "./budget.js";
import type { Complaints } from "./complaints.js";
import type { TextPool } from "./text-pool.js";

/**
 * Walks protobuf's wire format over a file of any size, with offsets beyond 4 GiB (doubles are exact to 2^53). A
 * message is walked with `while ((field = wire.next(end)) !== 0)`; whoever handles a length-delimited field leaves
 * `position` at its `stop`. Skipping moves the position and reads nothing, so weights cost no IO. Damage ends the
 * message it is in, with a problem, and the messages around it go on.
 *
 * Wire format: https://protobuf.dev/programming-guides/encoding/.
 */
export class WireReader {
  position = 0;
  /** Of the field that `next` found: its wire type, where its tag and its value begin, and where a message ends. */
  type: WireType = wireType.varint;
  fieldOffset = 0;
  start = 0;
  stop = 0;

  readonly #source: ByteSource;
  readonly #complaints: Complaints;
  readonly #budget: Budget;
  readonly #texts: TextPool;
  readonly #cancel: Cancel;
  #window = new Uint8Array(0);
  #windowStart = 0;
  #pageLength = smallestPage;
  #low = 0;
  #high = 0;
  #fieldCount = 0;
  #isTruncationKnown = false;

  constructor(
    source: ByteSource,
    {
      complaints,
      budget,
      texts,
      cancel,
    }: {
      readonly complaints: Complaints;
      readonly budget: Budget;
      readonly texts: TextPool;
      readonly cancel: Cancel;
    },
  ) {
    this.#source = source;
    this.#complaints = complaints;
    this.#budget = budget;
    this.#texts = texts;
    this.#cancel = cancel;
  }

  get size(): number {
    return this.#source.size;
  }

  /** Number of the next field before `end`, or 0 at the end of the message, where the position then stands. */
  next(end: number): number {
    for (;;) {
      if (this.position >= end || this.#budget.isExhausted) return this.#leave(end);
      if (!this.#countField()) return this.#leave(end);
      this.fieldOffset = this.position;
      if (!this.#readVarint(end)) return this.#leave(end);
      const type = this.#low & 7;
      const field = this.#high === 0 ? this.#low >>> 3 : 0;
      if (field === 0 || !isWireType(type)) return this.#damaged("holds an impossible field", end);
      this.type = type;
      if (type === wireType.groupStart) {
        if (!this.#skipGroup(end)) return this.#leave(end);
      } else if (type === wireType.groupEnd) return this.#damaged("ends a group not begun", end);
      else if (this.#readValue(type, end)) return field;
      else return this.#leave(end);
    }
  }

  /** Leaves a field unread. */
  skip(): void {
    if (this.type === wireType.length) this.position = this.stop;
  }

  /** End of the message that the field holds; undefined, with a problem, when the field holds something else. */
  message(): number | undefined {
    return this.#expect(wireType.length) ? this.stop : undefined;
  }

  /** A signed 64-bit integer; exact between ±2^53, rounded beyond. */
  int(): number {
    return this.#expect(wireType.varint) ? (this.#high | 0) * 2 ** 32 + this.#low : 0;
  }

  float(): number {
    if (!this.#expect(wireType.fixed32)) return 0;
    const bytes = this.bytes(this.start, 4);
    return bytes.length < 4
      ? 0
      : new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  /** Text of at most 64 KiB; longer text is cut, with a problem. */
  text(): string {
    if (!this.#expect(wireType.length)) return "";
    const length = this.stop - this.start;
    this.position = this.stop;
    if (length === 0) return "";
    if (length > longestText)
      this.#complaints.addAtOffset(
        "RP1007",
        "warning",
        `A text of ${length} bytes is cut at ${longestText}.`,
        this.fieldOffset,
      );
    const taken = Math.min(length, longestText);
    if (!this.#budget.spend("characters of text", taken)) return "";
    let index = this.start - this.#windowStart;
    if (index < 0 || index + taken > this.#window.length) {
      this.#fill(this.start, taken);
      index = 0;
    }
    return this.#texts.decode(this.#window, index, Math.min(index + taken, this.#window.length));
  }

  /** Elements of a repeated integer field, packed or not, into `target`. */
  ints(target: number[]): void {
    if (this.type === wireType.varint) {
      if (this.#budget.spend("list elements", 1)) target.push(this.int());
      return;
    }
    if (!this.#expect(wireType.length)) return;
    const end = this.stop;
    while (this.position < end && this.#budget.spend("list elements", 1)) {
      if (!this.#readVarint(end)) break;
      target.push((this.#high | 0) * 2 ** 32 + this.#low);
      if ((target.length & 0xffff) === 0) throwIfCancelled(this.#cancel);
    }
    this.position = end;
  }

  /** Elements of a repeated field of floats of `width` bytes, packed or not, into `target`. */
  floats(target: number[], width: 4 | 8 = 4): void {
    const single = width === 4 ? wireType.fixed32 : wireType.fixed64;
    if (this.type !== single && !this.#expect(wireType.length)) return;
    const end = this.stop;
    let left = Math.floor((end - this.start) / width);
    if (this.start + left * width !== end)
      this.#complaints.addAtOffset(
        "RP1003",
        "error",
        `A list of ${width}-byte floats has a length that ${width} does not divide.`,
        this.fieldOffset,
      );
    if (!this.#budget.spend("list elements", left)) left = 0;
    for (let at = this.start; left > 0;) {
      const bytes = this.bytes(at, Math.min(left, 4096) * width);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const count = Math.floor(bytes.length / width);
      if (count === 0) break;
      for (let index = 0; index < count; index += 1)
        target.push(
          width === 4 ? view.getFloat32(index * 4, true) : view.getFloat64(index * 8, true),
        );
      left -= count;
      at += count * width;
    }
    this.position = end;
  }

  /** Bytes of the file, in one piece; valid until the next call. Shorter at the end of the file. */
  bytes(offset: number, length: number): Uint8Array {
    let index = offset - this.#windowStart;
    if (index < 0 || index + length > this.#window.length) {
      this.#fill(offset, length);
      index = 0;
    }
    return this.#window.subarray(index, index + length);
  }

  /** Fields are many: paid, and cancellation asked for, by the thousand. */
  #countField(): boolean {
    this.#fieldCount += 1;
    if (this.#fieldCount < fieldsPerPayment) return true;
    throwIfCancelled(this.#cancel);
    this.#fieldCount = 0;
    return this.#budget.spend("fields", fieldsPerPayment);
  }

  #readValue(type: WireType, end: number): boolean {
    this.start = this.position;
    if (type === wireType.varint) return this.#readVarint(end);
    let length = type === wireType.fixed64 ? 8 : 4;
    if (type === wireType.length) {
      if (!this.#readVarint(end)) return false;
      // Lengths are never negative; read as unsigned, a "negative" one is simply far too long.
      length = this.#high * 2 ** 32 + this.#low;
      this.start = this.position;
    }
    this.stop = this.start + length;
    if (this.stop > end) {
      this.#truncated(end, length);
      if (type !== wireType.length) return false;
      this.stop = end;
    }
    if (type !== wireType.length) this.position = this.stop;
    return true;
  }

  #readVarint(end: number): boolean {
    let index = this.position - this.#windowStart;
    if (index < 0 || index + 10 > this.#window.length) {
      const windowEnd = this.#windowStart + this.#window.length;
      if (index < 0 || index >= this.#window.length || windowEnd < this.#source.size) {
        this.#fill(this.position, 10);
        index = 0;
      }
    }
    const window = this.#window;
    const limit = Math.min(window.length, end - this.#windowStart);
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = index < limit ? window[index] : undefined;
      if (byte === undefined) {
        this.#truncated(end, 1);
        return false;
      }
      index += 1;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        this.position = this.#windowStart + index;
        return true;
      }
    }
    this.#damaged("holds a number of more than ten bytes", end);
    return false;
  }

  /** Groups are not used by ONNX; unknown ones are passed over, nested ones by counting. */
  #skipGroup(end: number): boolean {
    let depth = 1;
    while (depth > 0) {
      if (this.position >= end || !this.#countField()) {
        this.#truncated(end, 1);
        return false;
      }
      if (!this.#readVarint(end)) return false;
      const type = this.#low & 7;
      if (!isWireType(type)) return this.#damaged("holds an impossible field", end) !== 0;
      if (type === wireType.groupStart) depth += 1;
      else if (type === wireType.groupEnd) depth -= 1;
      else {
        if (!this.#readValue(type, end)) return false;
        if (type === wireType.length) this.position = this.stop;
      }
    }
    return true;
  }

  #fill(offset: number, length: number): void {
    const windowEnd = this.#windowStart + this.#window.length;
    // Reading on doubles the page; a jump over weights goes back to a small one, most of which is not needed.
    this.#pageLength =
      this.#windowStart <= offset && offset <= windowEnd
        ? Math.min(this.#pageLength * 2, largestPage)
        : smallestPage;
    this.#window = this.#source.read(
      offset,
      Math.max(length, this.#pageLength),
    ) as Uint8Array<ArrayBuffer>;
    this.#windowStart = offset;
  }

  #expect(type: WireType): boolean {
    if (this.type === type) return true;
    this.#complaints.addAtOffset(
      "RP1004",
      "error",
      `A field holds ${wireTypeNames[this.type]} where ONNX has ${wireTypeNames[type]}; it is skipped.`,
      this.fieldOffset,
    );
    this.skip();
    return false;
  }

  #leave(end: number): 0 {
    this.position = end;
    return 0;
  }

  #damaged(what: string, end: number): 0 {
    this.#complaints.addAtOffset(
      "RP1003",
      "error",
      `The file is damaged: ${this.#complaints.path || "the model"} ${what} at byte ${this.fieldOffset}. The rest of that part is skipped.`,
      this.fieldOffset,
    );
    return this.#leave(end);
  }

  #truncated(end: number, length: number): void {
    const isFileEnd = end >= this.#source.size;
    // Every message around the cut ends too early; one problem says it all.
    if (isFileEnd && this.#isTruncationKnown) return;
    if (isFileEnd) this.#isTruncationKnown = true;
    const where = this.#complaints.path || "the model";
    this.#complaints.addAtOffset(
      "RP1002",
      "error",
      isFileEnd
        ? `The file ends early: ${where} needs at least ${formatLength(length)} more at byte ${this.position}, and the file has ${this.#source.size}. Copy or download it again.`
        : `The file is damaged: a part of ${where} at byte ${this.fieldOffset} is longer than what holds it.`,
      this.fieldOffset,
    );
  }
}

export const wireType = {
  varint: 0,
  fixed64: 1,
  length: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;

export type WireType = (typeof wireType)[keyof typeof wireType];

const wireTypeNames: Readonly<Record<WireType, string>> = {
  0: "a number",
  1: "an 8-byte number",
  2: "a text or message",
  3: "a group",
  4: "a group's end",
  5: "a 4-byte number",
};

const fieldsPerPayment = 4096;
const smallestPage = 4 * 1024;
const largestPage = 64 * 1024;
const longestText = 64 * 1024;

function isWireType(type: number): type is WireType {
  return type <= wireType.fixed32;
}

function formatLength(length: number): string {
  return length === 1 ? "one byte" : `${length} bytes`;
}
