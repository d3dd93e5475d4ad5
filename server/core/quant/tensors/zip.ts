import type { ByteSource } from "../../base/byte-source.js";
import { utf8Text } from "./utf8-text.js";

export interface ZipEntry {
  /** Of the contents in the file. */
  readonly offset: number;
  readonly size: number;
  /** Bytes that it takes in the file. */
  readonly compressedSize: number;
  /** Not compressed. */
  readonly isStored: boolean;
}

const entryLimit = 1_000_000;

/** Entries of a zip archive (APPNOTE 6.3.9, with zip64), by name; undefined when it has no directory that can be read. */
export function readZip(source: ByteSource): ReadonlyMap<string, ZipEntry> | undefined {
  const tailLength = Math.min(source.size, 65_557);
  const tailStart = source.size - tailLength;
  const tail = viewOf(source, tailStart, tailLength);
  if (tail === undefined) return undefined;
  let end = -1;
  for (let at = tailLength - 22; at >= 0 && end < 0; at--)
    if (tail.getUint32(at, true) === 0x06054b50) end = at;
  if (end < 0) return undefined;
  let count = tail.getUint16(end + 10, true);
  let position = tail.getUint32(end + 16, true);
  if (position === 0xffffffff || count === 0xffff) {
    const locator = end - 20;
    if (locator < 0 || tail.getUint32(locator, true) !== 0x07064b50) return undefined;
    const wide = viewOf(source, Number(tail.getBigUint64(locator + 8, true)), 56);
    if (wide?.getUint32(0, true) !== 0x06064b50) return undefined;
    count = Number(wide.getBigUint64(32, true));
    position = Number(wide.getBigUint64(48, true));
  }
  if (count > entryLimit) return undefined;
  const entries = new Map<string, ZipEntry>();
  for (let index = 0; index < count; index++) {
    const head = viewOf(source, position, 46);
    if (head?.getUint32(0, true) !== 0x02014b50) return undefined;
    const method = head.getUint16(10, true);
    const nameLength = head.getUint16(28, true);
    const extraLength = head.getUint16(30, true);
    const commentLength = head.getUint16(32, true);
    let size = head.getUint32(24, true);
    let compressedSize = head.getUint32(20, true);
    let local = head.getUint32(42, true);
    const rest = source.read(position + 46, nameLength + extraLength).slice();
    if (rest.length < nameLength + extraLength) return undefined;
    const extra = new DataView(rest.buffer, nameLength);
    for (let at = 0; at + 4 <= extraLength;) {
      const length = extra.getUint16(at + 2, true);
      if (extra.getUint16(at, true) === 1) {
        let field = at + 4;
        const next = (): number => {
          const value = field + 8 <= at + 4 + length ? Number(extra.getBigUint64(field, true)) : -1;
          field += 8;
          return value;
        };
        if (size === 0xffffffff) size = next();
        if (compressedSize === 0xffffffff) compressedSize = next();
        if (local === 0xffffffff) local = next();
      }
      at += 4 + length;
    }
    const localHead = viewOf(source, local, 30);
    if (localHead?.getUint32(0, true) === 0x04034b50) {
      const offset = local + 30 + localHead.getUint16(26, true) + localHead.getUint16(28, true);
      // A stored entry takes its own size, whatever else is claimed.
      if (method === 0) compressedSize = size;
      if (size >= 0 && compressedSize >= 0 && offset + compressedSize <= source.size)
        entries.set(utf8Text(rest.subarray(0, nameLength)), {
          offset,
          size,
          compressedSize,
          isStored: method === 0,
        });
    }
    position += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

function viewOf(source: ByteSource, offset: number, length: number): DataView | undefined {
  if (!(offset >= 0) || offset + length > source.size) return undefined;
  return new DataView(source.read(offset, length).slice().buffer);
}
