import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { collectSources } from "../../../server/io/design/rtl/sources.js";

const root = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-included-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function collect(file: string, text: string) {
  return collectSources({
    file,
    text,
    files: [],
    overlays: {},
    roots: [root],
    includeFolders: [],
    top: undefined,
    part: undefined,
    clockNanoseconds: undefined,
    parameters: {},
    defines: {},
    reports: [],
    isRouted: false,
    seconds: 10,
  });
}

const near = write("ip/a/include/lib/registers.svh", "`define NEAR\n");
write("old/other/deeper/include/lib/registers.svh", "`define FAR\n");
const fragment = write("formal/fragment.svh", "formal_bench u (.a);\n");
const bench = write("formal/formal_bench.sv", "module formal_bench(input a); endmodule\n");

test("an included file that no folder has is the nearest in the workspace whose path ends so", () => {
  const text = '`include "lib/registers.svh"\nmodule m; endmodule\n';
  const sources = collect(path.join(root, "ip/a/rtl/m.sv"), text);
  expect(sources.problems).toEqual([]);
  expect([...sources.names.values()]).toEqual([path.join(root, "ip/a/rtl/m.sv"), near]);
});

test("what stands under a macro that nothing defines is not looked for, and missing it is told only where nothing can be read", () => {
  const text = `module m;
\`ifdef PITON
\`include "nowhere.h"
\`include "fragment.svh"
\`endif
endmodule
`;
  const sources = collect(path.join(root, "ip/a/rtl/m.sv"), text);
  expect(sources.problems).toEqual([]);
  expect(sources.likely.map(({ code }) => code)).toEqual(["RP5011", "RP5011"]);
  expect([...sources.names.values()]).not.toContain(fragment);
  expect([...sources.names.values()]).not.toContain(bench);
});

test("a path that leads out is refused wherever it stands", () => {
  const text =
    '`ifdef PITON\n`include "../../../../../../etc/passwd"\n`endif\nmodule m; endmodule\n';
  expect(collect(path.join(root, "m.sv"), text).problems[0]?.code).toBe("RP5012");
});
