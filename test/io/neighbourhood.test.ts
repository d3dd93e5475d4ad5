import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { neighbourhoodOf } from "../../server/io/neighbourhood.js";

const root = mkdtempSync(path.join(tmpdir(), "ridgepoint-beside-"));
const folder = path.join(root, "model");
mkdirSync(path.join(folder, "weights"), { recursive: true });
writeFileSync(path.join(root, "secret"), "secret");
writeFileSync(path.join(folder, "w.bin"), "weights");
writeFileSync(path.join(folder, "weights", "..w.bin"), "more");
symlinkSync(path.join(root, "secret"), path.join(folder, "link-out"));
symlinkSync(root, path.join(folder, "folder-out"));
symlinkSync(path.join(folder, "w.bin"), path.join(folder, "link-in"));
symlinkSync(path.join(folder, "loop"), path.join(folder, "loop"));
symlinkSync(folder, path.join(root, "model-link"));
afterAll(() => rmSync(root, { recursive: true }));

const beside = neighbourhoodOf(folder);

test.each([
  ["w.bin", "file"],
  ["./w.bin", "file"],
  ["weights/..w.bin", "file"],
  ["link-in", "file"],
  ["no.bin", "missing"],
  ["weights", "missing"],
  ["loop", "missing"],
  ["", "escapes"],
  ["../secret", "escapes"],
  ["weights/../../secret", "escapes"],
  ["weights/../w.bin", "escapes"],
  [path.join(root, "secret"), "escapes"],
  ["..\\secret", "escapes"],
  ["C:/secret", "escapes"],
  ["c:secret", "escapes"],
  ["w.bin\0.txt", "escapes"],
  ["link-out", "escapes"],
  ["folder-out/secret", "escapes"],
])("%j is found as %s", (name, kind) => {
  expect(beside.find(name).kind).toBe(kind);
  expect(beside.open(name) !== undefined).toBe(kind === "file");
});

test("a file inside is read", () => {
  expect(beside.find("w.bin")).toEqual({ kind: "file", size: 7 });
  expect(Buffer.from(beside.open("w.bin")?.read(0, 7) ?? []).toString()).toBe("weights");
});

test("a model folder that is itself reached by a link confines all the same", () => {
  const linked = neighbourhoodOf(path.join(root, "model-link"));
  expect(linked.find("w.bin").kind).toBe("file");
  expect(linked.find("link-out").kind).toBe("escapes");
  linked.close();
});

test("many files are opened in turn, not all at once", () => {
  for (let index = 0; index < 50; index += 1)
    writeFileSync(path.join(folder, `part-${index}`), String(index));
  for (let index = 0; index < 50; index += 1)
    expect(Buffer.from(beside.open(`part-${index}`)?.read(0, 9) ?? []).toString()).toBe(
      String(index),
    );
  beside.close();
});
