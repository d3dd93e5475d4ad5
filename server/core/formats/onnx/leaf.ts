import protobuf from "protobufjs/minimal.js";
import type { Reading } from "./reading.js";
import type { TextPool } from "./text-pool.js";

/**
 * Small messages that cannot hold weights (types, entries, operator set ids) are read whole and decoded with
 * protobufjs. Damage in one ends it, with a problem; what was decoded before stays.
 */
export function decodeLeaf(
  reading: Reading,
  stop: number,
  decode: (reader: protobuf.Reader) => void,
): void {
  const { wire, complaints, budget } = reading;
  const offset = wire.position;
  const length = stop - offset;
  wire.position = stop;
  if (length > longestLeaf) {
    complaints.addAtOffset(
      "RP1007",
      "warning",
      `${complaints.path} takes ${length} bytes, more than the ${longestLeaf} that are read of such a part; it is skipped.`,
      offset,
    );
    return;
  }
  if (!budget.spend("characters of text", length)) return;
  const reader = new protobuf.Reader(wire.bytes(offset, length));
  try {
    decode(reader);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    complaints.addAtOffset(
      "RP1003",
      "error",
      `The file is damaged: ${complaints.path || "the model"} cannot be decoded at byte ${offset + reader.pos}. The rest of that part is skipped.`,
      offset + reader.pos,
    );
  }
}

/**
 * Walks one message with protobufjs. `visit` reads the field's value and answers true, or answers false to have it
 * skipped; it is asked with the tag, so that a field with a wrong wire type counts as unknown, as protobuf has it.
 */
export function eachLeafField(
  reader: protobuf.Reader,
  end: number,
  visit: (tag: number) => boolean,
): void {
  while (reader.pos < end) {
    const tag = reader.tag();
    if (!visit(tag)) reader.skipType(tag & 7, 0, tag >>> 3);
  }
}

/** Walks the message that the field holds; it may not reach beyond the one around it. */
export function eachFieldWithin(reader: protobuf.Reader, visit: (tag: number) => boolean): void {
  const length = reader.size();
  const outer = reader.len;
  const end = reader.pos + length;
  if (end > outer) throw new RangeError("a message is longer than what holds it");
  reader.len = end;
  eachLeafField(reader, end, visit);
  reader.len = outer;
  reader.pos = end;
}

export function leafText(reader: protobuf.Reader, texts: TextPool): string {
  const bytes = reader.bytes();
  return texts.decode(bytes, 0, bytes.length);
}

/** A signed 64-bit integer; protobufjs answers with a number, or with two halves. */
export function leafInt(reader: protobuf.Reader): number {
  const value: unknown = reader.int64();
  if (typeof value === "number") return value;
  const { high, low } = value as { readonly high: number; readonly low: number };
  return high * 2 ** 32 + (low >>> 0);
}

export const varintTag = (field: number): number => field << 3;
export const messageTag = (field: number): number => (field << 3) | 2;

const longestLeaf = 1024 * 1024;
