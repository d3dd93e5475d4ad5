import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { cli } from "../kit/cli.js";

const kernel = `#pragma ACCEL kernel
void rows(double a[96][96], double x[96], double y[96]) {
#pragma ACCEL PIPELINE auto{__PIPE__L0}
#pragma ACCEL TILE FACTOR=auto{__TILE__L0}
#pragma ACCEL PARALLEL FACTOR=auto{__PARA__L0}
  for (int i = 0; i < 96; i++) {
    y[i] = 0.0;
#pragma ACCEL PARALLEL reduction=y FACTOR=auto{__PARA__L1}
    for (int j = 0; j < 96; j++) y[i] += a[i][j] * x[j];
  }
}
`;

function fileOf(text: string): string {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), "ridgepoint-pragmas-")), "rows.c");
  writeFileSync(file, text);
  return file;
}

interface Point {
  readonly cycles: number;
  readonly cyclesUpTo: number;
  readonly chanceToFit: number;
  readonly utilisation: number;
}

test("the front says how far each design reaches and whether it fits, and the best bet is marked once", async () => {
  const { out, status } = await cli(["pragmas", fileOf(kernel)]);
  expect(status).toBe(0);
  expect(out).toMatch(/cycles +up to +DSP +LUT +BRAM +of the part +fits +pragmas/);
  expect(out.match(/^best /gm)).toHaveLength(1);
  const { out: json } = await cli(["pragmas", fileOf(kernel), "--json"]);
  const { front, best, now } = JSON.parse(json) as {
    readonly front: readonly Point[];
    readonly best: Point;
    readonly now: Point;
  };
  for (const point of [...front, best, now]) {
    expect(point.cyclesUpTo).toBeGreaterThan(point.cycles);
    expect(point.chanceToFit).toBeGreaterThanOrEqual(0);
    expect(point.chanceToFit).toBeLessThanOrEqual(1);
  }
  expect(best.cycles).toBeLessThan(now.cycles / 4);
  // A design that would take twice the part is in the front, and nobody's bet.
  const beyond = front.filter(({ utilisation }) => utilisation > 1);
  expect(beyond.every(({ chanceToFit }) => chanceToFit < 0.1)).toBe(true);
  expect(best.chanceToFit).toBeGreaterThan(0.5);
});

test("--apply writes the best bet, after which there is nothing better", async () => {
  const file = fileOf(kernel);
  const { status } = await cli(["pragmas", file, "--apply"]);
  expect(status).toBe(0);
  const changed = readFileSync(file, "utf8");
  expect(changed).toMatch(/PARALLEL.*FACTOR=\d+/);
  const { out } = await cli(["pragmas", file, "--json"]);
  const { now, best } = JSON.parse(out) as { readonly now: Point; readonly best: Point };
  expect(now.cycles).toBeLessThan(1.05 * best.cycles);
});

test("the answer says for which part and tool, and when the project's part is unknown", async () => {
  const file = fileOf(
    "void copy(const int x[64], int y[64]) {\n  for (int i = 0; i < 64; i++) y[i] = x[i];\n}\n",
  );
  const known = await cli(["pragmas", file, "--part", "xc7z020"]);
  expect(known.out).toMatch(/designs of `copy` on xc7z020 with .*Vitis.* were estimated\.\n$/);
  writeFileSync(
    path.join(path.dirname(file), "run.tcl"),
    "set_top copy\nadd_files rows.c\nset_part xcnowhere\n",
  );
  const unknown = await cli(["pragmas", file]);
  expect(unknown.err).toContain("the project's part `xcnowhere` is not known; xcvu9p is taken.");
});

test("a kernel that calls what nobody has a body for is at least so large, and nobody knows that it fits", async () => {
  const file = fileOf(kernel.replace("    y[i] = 0.0;", "    y[i] = 0.0; filter(x);"));
  const { out } = await cli(["pragmas", file, "--evaluations", "200"]);
  expect(out).toContain("Counted without `filter`, of which there is no source");
  expect(out).toMatch(/^now +≥ [\d,]+ +\? +≥ /m);
  const { out: json } = await cli(["pragmas", file, "--evaluations", "200", "--json"]);
  expect(JSON.parse(json)).toMatchObject({
    without: ["filter"],
    best: { chanceToFit: null, cyclesUpTo: null },
  });
});
