import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ReportDocument } from "../../../server/core/views/report-document.js";
import { findHlsProject } from "../../../server/io/design/hls-project.js";
import { cli } from "../../kit/cli.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-hls-project-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = path.join(work, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

const kernel = `#include "ap_int.h"
int scaled(int x);
void other(int a[8]) { for (int i = 0; i < 8; i++) a[i] = 0; }
void top(int a[64], int b[64]) {
  L: for (int i = 0; i < 64; i++) b[i] = scaled(a[i]) * K;
}
void last(int a[8]) { for (int i = 0; i < 8; i++) a[i] = 1; }
`;
const helper = "int scaled(int x) { return x * x; }\n";

async function analyse(folder: string, file: string): Promise<ReportDocument> {
  const { out } = await cli(["analyze", path.join(folder, file), "--json"], { cwd: folder });
  return JSON.parse(out) as ReportDocument;
}

test("a configuration in the folder above gives top, part, directives and the other sources", async () => {
  const folder = folderOf("cfg", {
    "src/k.cpp": kernel,
    "src/helper.cpp": helper,
    "hls_config.cfg": `part=xc7z020clg400-1
[hls]
syn.file=src/k.cpp
syn.file=src/helper.cpp
syn.top=top
syn.cflags=-DK=5
syn.directive.unroll=top/L factor=2
`,
  });
  const { design, problems } = await analyse(folder, "src/k.cpp");
  expect(design).toMatchObject({ top: "top", part: "xc7z020" });
  expect(design?.tool).toContain("hls_config.cfg");
  expect(design?.loops).toMatchObject([{ label: "L", unrollFactor: 2 }]);
  expect(design?.total?.counts.dsp?.value).toBeGreaterThan(0);
  expect(problems.map(({ code }) => code)).not.toContain("RP5028");
});

test("a project of the tool's own window is found when its folder has been renamed", () => {
  const folder = folderOf("renamed", {
    "src/k.cpp": kernel,
    "solution1/script.tcl":
      "set_top top\nadd_files was_called_so/src/k.cpp\nset_part {xc7z020}\ncreate_clock -period 10\n",
    "solution1/directives.tcl": 'set_directive_pipeline -II 3 "top/L"\n',
  });
  const found = findHlsProject({
    file: path.join(folder, "src/k.cpp"),
    roots: [folder],
    overlays: {},
  });
  expect(found).toMatchObject({
    top: "top",
    clockNanoseconds: 10,
    directives: [{ location: "top/L", text: "PIPELINE II=3" }],
  });
});

test("scripts that speak of other sources, or lie outside of what may be read, say nothing", () => {
  const folder = folderOf("others", {
    "inner/k.cpp": kernel,
    "run.tcl": "set_top top\nadd_files k.cpp\n",
    "inner/other.tcl": "set_top other\nadd_files other.cpp\n",
  });
  const file = path.join(folder, "inner/k.cpp");
  const inner = path.join(folder, "inner");
  expect(findHlsProject({ file, roots: [inner], overlays: {} })).toBeUndefined();
});

test("a part that no table has is said, and the default counts", async () => {
  const folder = folderOf("part", {
    "k.cpp": kernel,
    "run.tcl": "set_top top\nadd_files k.cpp\nset_part xcvc1902-vsva2197-2MP-e-S\n",
  });
  const { design, problems } = await analyse(folder, "k.cpp");
  expect(design).toMatchObject({ top: "top", part: "xcvu9p" });
  expect(problems.find(({ code }) => code === "RP5028")?.severity).toBe("information");
});

test("what a function of a header takes is shown on the line that calls it", async () => {
  const folder = folderOf("called", {
    "k.cpp":
      '#include "scale.h"\nvoid top(int a[64], int b[64]) {\n#pragma HLS PIPELINE\n  scale(a, b);\n}\n',
    "scale.h":
      "inline void scale(int x[64], int y[64]) {\n  for (int i = 0; i < 64; i++) y[i] = x[i] * x[i];\n}\n",
  });
  const { design } = await analyse(folder, "k.cpp");
  expect(design?.lines.map(({ line }) => line)).toEqual([3]);
  expect(design?.lines[0]?.resources.counts.dsp?.value).toBeGreaterThan(0);
});
