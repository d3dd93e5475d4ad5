import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { estimateKernel, topOf } from "../../../server/core/hls/estimate-kernel.js";
import { readUnit } from "../../../server/core/hls/read/unit.js";
import { withHeaders } from "../../../server/io/design/cpp-headers.js";
import { parser, profileOf } from "../../core/hls/kit.js";

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-headers-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

function check(folder: string, text: string) {
  const source = withHeaders(
    { file: path.join(folder, "k.cpp"), text },
    { roots: [folder], overlays: {}, includeFolders: [] },
  );
  const { value, problems } = readUnit(parser.parse(source.text, source.ownLength));
  return { source, unit: value, problems, target: topOf(value, undefined) };
}

const kernel = `#include "k.h"
void k(data_t a[N], data_t b[N]) {
  for (int i = 0; i < N; i++) b[i] = scaled(a[i]);
}
`;

test("sizes, types and functions of headers count, those that headers include as well", () => {
  const folder = folderOf({
    "k.h": `#ifndef K_H\n#define K_H\n#include "sizes/n.h"\ntypedef short data_t;\ninline data_t scaled(data_t x) { return x * F; }\n#endif\n`,
    "sizes/n.h": "#define N (4 * 25)\nconst int F = 3;\n",
  });
  const { target, unit, problems, source } = check(folder, kernel);
  expect(problems).toEqual([]);
  expect(source.headers.map((one) => path.relative(folder, one))).toEqual([
    "k.h",
    path.join("sizes", "n.h"),
  ]);
  expect(unit.functions.map(({ name }) => name)).toEqual(["k"]);
  expect(target?.parameters[0]).toMatchObject({ dims: [100], type: { bits: 16 } });
  if (target === undefined) throw new Error("no function");
  expect(estimateKernel(target, profileOf("vitis-2020.2")).unknownLoops).toEqual([]);
});

test("a loop of a header costs, and is nothing to change", () => {
  const folder = folderOf({
    "k.h": "#define N 8\ninline void clear(int a[N]) { for (int i = 0; i < N; i++) a[i] = 0; }\n",
  });
  const { target } = check(folder, `#include "k.h"\nvoid k(int a[N]) { clear(a); }\n`);
  if (target === undefined) throw new Error("no function");
  const [loop] = estimateKernel(target, profileOf("vitis-2020.2")).timing.loops;
  expect(loop?.loop.isElsewhere).toBe(true);
  expect(loop?.iterations).toBe(8);
});

test("what leads out of the folder is not read, and a ring of headers ends", () => {
  const outside = folderOf({ "secret.h": "#define N 7\n" });
  const folder = folderOf({ "a.h": `#include "b.h"\n`, "b.h": `#include "a.h"\n` });
  symlinkSync(path.join(outside, "secret.h"), path.join(folder, "link.h"));
  const far = path.relative(folder, path.join(outside, "secret.h"));
  const text = `#include "link.h"\n#include "${far}"\n#include "${path.join(outside, "secret.h")}"\n#include "a.h"\nvoid k() {}\n`;
  const { source } = check(folder, text);
  expect(source.headers.map((one) => path.basename(one))).toEqual(["a.h", "b.h"]);
});

test("headers in angle brackets are those of the include folders alone", () => {
  const folder = folderOf({ "n.h": "#define N 7\n", "lib/n.h": "#define N 9\n" });
  const source = withHeaders(
    { file: path.join(folder, "k.cpp"), text: "#include <n.h>\n#include <ap_int.h>\n" },
    { roots: [folder], overlays: {}, includeFolders: [path.join(folder, "lib")] },
  );
  expect(source.headers.map((one) => path.relative(folder, one))).toEqual([
    path.join("lib", "n.h"),
  ]);
});
