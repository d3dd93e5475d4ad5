import { expect, test } from "vitest";
import { estimateKernel, topOf } from "../../../server/core/hls/estimate-kernel.js";
import { readProject } from "../../../server/core/hls/project/project-file.js";
import { tclCommands } from "../../../server/core/hls/project/tcl-commands.js";
import { readUnit } from "../../../server/core/hls/read/unit.js";
import { parser, profileOf } from "./kit.js";

test("a script of Vitis HLS says top, part, clock, sources and directives", () => {
  const script = `# a comment with {
open_project -reset p
set NAME fir
set_top $NAME
add_files "src/fir.cpp src/taps.cpp" -cflags "-Iinclude -DTAPS=16"
add_files -tb test.cpp
open_solution "solution1" -flow_target vivado
set_part {xc7z020clg484-1}
create_clock -period 4 \\
  -name default
set_directive_pipeline -II 2 "fir/LOOP"
set_directive_array_partition -type cyclic -factor 2 -dim 1 "fir" c
if {$x == 1} { set_directive_unroll "fir/OTHER" }
source "./directives.tcl"
csynth_design`;
  expect(readProject("run.tcl", script)).toEqual({
    top: "fir",
    part: "xc7z020clg484-1",
    clockNanoseconds: 4,
    flow: "vivado",
    sources: ["src/fir.cpp", "src/taps.cpp"],
    includeFolders: ["include"],
    defines: { TAPS: "16" },
    directives: [
      { location: "fir/LOOP", text: "PIPELINE II=2" },
      { location: "fir", text: "ARRAY_PARTITION variable=c type=cyclic factor=2 dim=1" },
    ],
    sourced: ["./directives.tcl"],
  });
});

test("a script with several solutions has the directives of the last", () => {
  const { directives } = readProject(
    "run.tcl",
    `open_solution -reset a
set_directive_pipeline f/L
open_solution -reset b
set_directive_unroll -factor 4 f/L`,
  );
  expect(directives).toEqual([{ location: "f/L", text: "UNROLL factor=4" }]);
});

test("a configuration of Vitis says the same in its own words", () => {
  const text = `part=xcvu9p-flga2104-2-i
[hls]
clock=250MHz
syn.file=../fir.cpp
syn.top=fir
syn.cflags=-I../inc
syn.directive.pipeline=fir/LOOP II=2
syn.directive.array_partition=fir c type=complete dim=1
syn.directive.interface=fir d mode=m_axi depth=1
tb.file=../tb.cpp`;
  expect(readProject("hls_config.cfg", text)).toEqual({
    top: "fir",
    part: "xcvu9p-flga2104-2-i",
    clockNanoseconds: 4,
    flow: undefined,
    sources: ["../fir.cpp"],
    includeFolders: ["../inc"],
    defines: {},
    directives: [
      { location: "fir/LOOP", text: "PIPELINE II=2" },
      { location: "fir", text: "ARRAY_PARTITION variable=c type=complete dim=1" },
      { location: "fir", text: "INTERFACE port=d mode=m_axi depth=1" },
    ],
    sourced: [],
  });
});

test("any beginning of a script is read to its end", () => {
  const script = `set a {b "c\\}" d} ; # e
foo [bar "x" {y}] "\${a} $b" \\
 end`;
  for (let length = 0; length <= script.length; length += 1)
    expect(Array.isArray(tclCommands(script.slice(0, length)))).toBe(true);
  expect(tclCommands("{\n".repeat(50_000))).toHaveLength(1);
});

const kernel = `void helper(int x[64]) {
  for (int j = 0; j < 64; j++) x[j] = x[j] + 1;
}
void top(int a[64], int b[64]) {
  int buf[64];
  LOAD: for (int i = 0; i < 64; i++) buf[i] = a[i];
  SUM: for (int i = 0; i < 16; i++) b[i] = buf[4*i] + buf[4*i+1] + buf[4*i+2] + buf[4*i+3];
  helper(b);
}
`;

function intervals(directives: readonly { location: string; text: string }[]): readonly string[] {
  const { value } = readUnit(parser.parse(kernel), { directives });
  const target = topOf(value, "top");
  if (target === undefined) throw new Error("no function");
  return estimateKernel(target, profileOf("vitis-2020.2")).timing.loops.map(
    ({ loop, interval, iterations, isUnrolled }) =>
      `${loop.label || loop.iterator} ${isUnrolled ? "unrolled" : `${iterations}@${interval}`}`,
  );
}

test("directives beside the source count as pragmas at the function or label that they name", () => {
  expect(intervals([])).toEqual(["LOAD 64@1", "SUM 16@2", "helper$1.j 64@1"]);
  expect(
    intervals([
      { location: "top", text: "ARRAY_PARTITION variable=buf type=cyclic factor=4" },
      { location: "top/LOAD", text: "UNROLL factor=2" },
      { location: "helper/VITIS_LOOP_2_1", text: "UNROLL" },
    ]),
  ).toEqual(["LOAD 32@1", "SUM 16@1", "helper$1.j unrolled"]);
  expect(intervals([{ location: "other/LOAD", text: "UNROLL" }])).toEqual(intervals([]));
});

test("a variable that doubles itself stays small", () => {
  const lines = Array.from({ length: 60 }, () => "set a $a$a");
  const commands = tclCommands(["set a x", ...lines, "set_top $a"].join("\n"));
  const longest = Math.max(...commands.flatMap(({ words }) => words.map((word) => word.length)));
  expect(longest).toBeGreaterThan(1024);
  expect(longest).toBeLessThanOrEqual(64 * 1024 + 8);
});
