import {
  ftruncateSync,
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { NotAFile, openFileBytes } from "../../server/io/file-bytes.js";

const folder = mkdtempSync(path.join(tmpdir(), "ridgepoint-bytes-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("any range reads what the file holds, cut at its end", () => {
  const content = Uint8Array.from({ length: 100_003 }, (_, index) => (index * 31) % 251);
  const file = path.join(folder, "content");
  writeFileSync(file, content);
  const source = openFileBytes(file);
  fc.assert(
    fc.property(fc.nat(110_000), fc.nat(70_000), (offset, length) => {
      expect(
        Buffer.compare(source.read(offset, length), content.subarray(offset, offset + length)),
      ).toBe(0);
    }),
  );
  source.close();
});

test("offsets beyond 4 GiB are no different", () => {
  const file = path.join(folder, "sparse");
  const size = 6 * 2 ** 30;
  const descriptor = openSync(file, "w");
  writeSync(descriptor, Uint8Array.of(1, 2, 3), 0, 3, size - 3);
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
  const source = openFileBytes(file);
  expect(source.size).toBe(size);
  expect([...source.read(size - 4, 100)]).toEqual([0, 1, 2, 3]);
  expect([...source.read(5 * 2 ** 30, 2)]).toEqual([0, 0]);
  source.close();
});

test("ranges that are none read nothing, and so does a closed file", () => {
  const file = path.join(folder, "short");
  writeFileSync(file, "abc");
  const source = openFileBytes(file);
  for (const [offset, length] of [
    [3, 1],
    [-1, 2],
    [0, 0],
    [NaN, 1],
    [1, -1],
  ] as const)
    expect(source.read(offset, length).length).toBe(0);
  source.close();
  source.close();
  expect(source.read(0, 3).length).toBe(0);
});

test("a folder is not a file", () => {
  expect(() => openFileBytes(folder)).toThrow(NotAFile);
});
