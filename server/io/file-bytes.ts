import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "../core/base/byte-source.js";

/** A file as pages. Offsets are doubles, so files beyond 4 GiB are no different; memory does not grow with the file. */
export interface FileBytes extends ByteSource {
  close(): void;
}

/** A folder, a pipe or a device: it can be opened, but has no bytes at offsets. */
export class NotAFile extends Error {
  constructor() {
    super("not a regular file");
    this.name = "NotAFile";
  }
}

/** Throws `NotAFile`, or what the operating system says when the file cannot be opened. */
export function openFileBytes(path: string): FileBytes {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new NotAFile();
    return fileBytes(file, status.size);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

const pageLength = 16 * 1024;
const pageLimit = 16;

function fileBytes(file: number, size: number): FileBytes {
  /** Least recently used first, as a Map remembers insertion. */
  const pages = new Map<number, Uint8Array>();
  let scratch = new Uint8Array(0);
  let isOpen = true;

  const readInto = (target: Uint8Array, offset: number): Uint8Array => {
    let done = 0;
    while (done < target.length) {
      const count = readSync(file, target, done, target.length - done, offset + done);
      // The file was made shorter while we read it.
      if (count === 0) break;
      done += count;
    }
    return target.subarray(0, done);
  };
  const pageAt = (index: number): Uint8Array => {
    const known = pages.get(index);
    if (known !== undefined) pages.delete(index);
    const start = index * pageLength;
    const page =
      known ?? readInto(new Uint8Array(Math.min(pageLength, Math.max(0, size - start))), start);
    pages.set(index, page);
    if (pages.size > pageLimit) {
      const [oldest] = pages.keys();
      if (oldest !== undefined) pages.delete(oldest);
    }
    return page;
  };

  return {
    size,
    read(offset, length) {
      const end = Math.min(size, offset + length);
      if (!isOpen || !(0 <= offset && offset < end)) return new Uint8Array(0);
      const first = Math.floor(offset / pageLength);
      if (end <= (first + 1) * pageLength) {
        const start = offset - first * pageLength;
        return pageAt(first).subarray(start, start + (end - offset));
      }
      if (scratch.length < end - offset) scratch = new Uint8Array(end - offset);
      return readInto(scratch.subarray(0, end - offset), offset);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      pages.clear();
      closeSync(file);
    },
  };
}
