import type { ByteSource } from "../../base/byte-source.js";
import { type Cancel, throwIfCancelled } from "../../base/cancel.js";
import { decodeUtf8 } from "../onnx/utf8.js";

const pageSize = 4 * 1024 * 1024;

/** Weights lie in blobs that are left out, so that this much text is some 2,000,000 operations. */
export const textLimit = 256 * 1024 * 1024;

/** Digits of a blob that are kept: enough to tell that it is one. */
const keptDigits = 32;
/** Shorter ones may be read: a scalar's bits, a small list. */
const longBlob = 4096;

const quote = 0x22;
const zero = 0x30;
const letterX = 0x78;

/**
 * The text with the digits of long blobs (`dense<"0x…">`, resources) left out, read in pages: a model of some hundred
 * megabytes is a few megabytes of operations. Blobs stand on one line, so that lines stay what they are. Undefined where
 * what is left is too much.
 */
export function readSourceText(source: ByteSource, cancel: Cancel): string | undefined {
  const kept = new Bytes();
  let run: "text" | "blob" = "text";
  /** Digits of the blob at hand that are still in `kept`. */
  let blobLength = 0;
  let offset = 0;
  while (offset < source.size) {
    throwIfCancelled(cancel);
    // Two bytes more, so that `"0x` is never cut in two.
    const page = source.read(offset, pageSize + 2);
    const end = Math.min(pageSize, source.size - offset);
    let at = 0;
    while (at < end) {
      if (run === "text") {
        const found = blobAt(page, at, end);
        const stop = found < 0 ? end : Math.min(end, found + 3);
        kept.add(page, at, stop);
        at = stop;
        if (found >= 0) {
          run = "blob";
          blobLength = 0;
          // `0x` may lie behind the end of the page.
          if (found + 3 > end) {
            kept.add(page, end, found + 3);
            at = found + 3;
          }
        }
        continue;
      }
      let stop = at;
      while (stop < end && isHexDigit(page[stop] ?? 0)) stop += 1;
      const room = Math.max(0, longBlob - blobLength);
      kept.add(page, at, Math.min(stop, at + room));
      blobLength += stop - at;
      if (blobLength > longBlob && room > 0) kept.length -= longBlob - keptDigits;
      at = stop;
      if (at < end) run = "text";
    }
    if (kept.length > textLimit) return undefined;
    offset += Math.max(end, at);
  }
  const bytes = kept.all();
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return decodeUtf8(hasMark ? bytes.subarray(3) : bytes);
}

/** Where `"0x` begins at or after `from`; -1 where it does not before `end`. */
function blobAt(page: Uint8Array, from: number, end: number): number {
  let at = from;
  for (;;) {
    at = page.indexOf(quote, at);
    if (at < 0 || at >= end) return -1;
    if (page[at + 1] === zero && page[at + 2] === letterX) return at;
    at += 1;
  }
}

function isHexDigit(byte: number): boolean {
  return (
    (0x30 <= byte && byte <= 0x39) ||
    (0x41 <= byte && byte <= 0x46) ||
    (0x61 <= byte && byte <= 0x66)
  );
}

/** Bytes that grow. */
class Bytes {
  length = 0;
  #bytes = new Uint8Array(64 * 1024);

  add(from: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (count <= 0) return;
    if (this.length + count > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + count));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    this.#bytes.set(from.subarray(start, end), this.length);
    this.length += count;
  }

  all(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
