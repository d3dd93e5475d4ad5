import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { MappingView } from "../../server/core/views/mapping.js";
import { cli } from "../kit/cli.js";

const model = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const folder = mkdtempSync(path.join(tmpdir(), "ridgepoint-map-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string, name = "x.accelerator.json"): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

interface Document {
  readonly schemaVersion: number;
  readonly mapping: MappingView;
}

test("a model is mapped onto one of ours, and every layer says what limits it", async () => {
  const { status, out } = await cli(["map", model, "--accelerator", "gemmini-16", "--json"]);
  expect(status).toBe(0);
  const { schemaVersion, mapping } = JSON.parse(out) as Document;
  expect(schemaVersion).toBe(1);
  expect(mapping.targetId).toBe("gemmini-16/mapper/int8");
  // MLPerf Tiny's ResNet-8: 12.5 M multiply-accumulates.
  expect(mapping.totals.macs).toBeGreaterThan(12.4e6);
  expect(mapping.totals.macs).toBeLessThan(12.7e6);
  expect(mapping.totals.cycles).toBeGreaterThanOrEqual(mapping.totals.macs / 256);
  for (const layer of mapping.layers) {
    expect(layer.utilization).toBeLessThanOrEqual(1);
    expect(layer.dramBytes).toBeGreaterThanOrEqual(layer.leastDramBytes * (1 - 1e-9));
    expect(["compute", "utilization", "buffer", "dram", "vector"]).toContain(layer.limit);
  }
});

test("a larger array is faster and larger: the sweep shows gain and price, and the front", async () => {
  const words = ["map", model, "--accelerator", "gemmini-16", "--sweep", "rows=16,32", "--json"];
  const { out } = await cli([...words, "--sweep", "scratchpad=128KiB,256 KiB"]);
  const { sweep } = (JSON.parse(out) as Document).mapping;
  expect(sweep.map(({ values }) => values)).toEqual([
    { rows: "16", scratchpad: "128KiB" },
    { rows: "16", scratchpad: "256 KiB" },
    { rows: "32", scratchpad: "128KiB" },
    { rows: "32", scratchpad: "256 KiB" },
  ]);
  const [small, , large] = sweep;
  expect(large!.cycles).toBeLessThan(small!.cycles);
  expect(large!.area!).toBeGreaterThan(small!.area!);
  expect(sweep.some(({ isOnFront }) => isOnFront)).toBe(true);
});

test("layers run tile by tile where that saves traffic, in text and in JSON", async () => {
  const file = fileOf(`{ "id": "tiled", "clock": "1 GHz", "node": 16,
  "engine": { "rows": 16, "columns": 16, "dataflow": "output-stationary" }, "precisions": ["int8"],
  "buffers": [{ "name": "sram", "size": "24 KiB" }], "dram": { "bandwidth": "1 GB/s" } }`);
  const words = ["map", model, "--accelerator", file];
  const alone = JSON.parse((await cli([...words, "--json"])).out) as Document;
  expect(alone.mapping).toMatchObject({ fuses: false, stacks: [] });
  const { mapping } = JSON.parse((await cli([...words, "--fuse", "--json"])).out) as Document;
  const [stack] = mapping.stacks;
  expect(mapping.totals.dramBytes).toBeLessThan(alone.mapping.totals.dramBytes);
  expect(stack!.dramBytes).toBeLessThan(stack!.alone.dramBytes);
  expect(
    mapping.layers.filter((layer) => layer.stack === 0).map(({ shortName }) => shortName),
  ).toEqual(stack!.names);
  const { out } = await cli([...words, "--fuse"]);
  expect(out).toMatch(/tile by tile .*layers .*DRAM alone .*made again/);
  const none = await cli(["map", model, "--accelerator", "quad-core-16", "--fuse"]);
  expect(none.err).toContain("tile by tile takes one array of one core");
});

test("a layer is dealt out to two engines where that is asked for, in text and in JSON", async () => {
  const words = ["map", model, "--accelerator", "marsellus"];
  const alone = JSON.parse((await cli([...words, "--json"])).out) as Document;
  const { mapping } = JSON.parse((await cli([...words, "--split", "--json"])).out) as Document;
  expect([alone.mapping.splits, mapping.splits]).toEqual([false, true]);
  expect(mapping.totals.seconds).toBeLessThan(0.8 * alone.mapping.totals.seconds);
  const dealt = mapping.layers.find(({ engine }) => engine === "array + rbe");
  expect(dealt?.reasons.join(" ")).toMatch(
    /Dealt out along its \d+ \w+( \w+)?: \d+ on `array`, \d+ on `rbe`\./,
  );
  expect((await cli([...words, "--split"])).out).toContain("all engines' peak");
  const one = await cli(["map", model, "--accelerator", "gemmini-16", "--split"]);
  expect(one.err).toContain("the chip has one engine");
});

test("layers are chosen by name, and tell their tiles", async () => {
  const { out } = await cli(["map", model, "--accelerator", "eyeriss", "--layer", "matmul"]);
  expect(out).toMatch(/limit\n.*\n.*(MatMul|Gemm)/i);
  expect(out).toContain("global buffer");
});

test("an architecture file of the user's, with comments; what is wrong has its line", async () => {
  const good = fileOf(`// mine
{ "id": "mine", "clock": "100 MHz", "node": 28,
  "engine": { "rows": 4, "columns": 4, "dataflow": "output-stationary" },
  "precisions": ["int8"], "buffers": [{ "name": "b", "size": "16 KiB" }], }`);
  expect((await cli(["map", model, "--accelerator", good])).out).toContain("mine · mapped · int8");
  const bad = fileOf(`{ "id": "mine", "clock": 0, "node": 28,
  "engine": { "rows": -4, "columns": 1e9, "dataflow": "none", "colour": 1 },
  "precisions": ["int99"] }`);
  const { status, out, err } = await cli(["map", model, "--accelerator", bad]);
  expect(status).toBe(1);
  expect(out).toBe("");
  expect(err.replaceAll(bad, "FILE")).toMatchInlineSnapshot(`
    "ridgepoint: Accelerator \`mine\` (FILE, line 1): \`clock\` should lie between 1000 and 100000000000; it is 0.
    ridgepoint: Accelerator \`mine\` (FILE, line 2): \`engine.colour\` is not a field here; the fields are kind, rows, columns, dataflow, lanes, pipelined, packsGroups, rowSets, registers, fillWords, interconnect, attentionPasses, attentionSchedule, softmaxOn, exponentialCycles, multiplier.
    ridgepoint: Accelerator \`mine\` (FILE, line 2): \`engine.rows\` should lie between 1 and 65536; it is -4.
    ridgepoint: Accelerator \`mine\` (FILE, line 2): \`engine.columns\` should lie between 1 and 65536; it is 1000000000.
    ridgepoint: Accelerator \`mine\` (FILE, line 2): \`engine.dataflow\` should be one of weight-stationary, output-stationary, input-stationary, row-stationary.
    ridgepoint: Accelerator \`mine\` (FILE, line 3): \`precisions[0]\` names \`int99\`, which is no number format; give int2 … int16, bf16, fp16, fp32, fp8-e4m3, mxfp4, log4 or the like.
    ridgepoint: Accelerator \`mine\` (FILE, line 1): \`buffers\` is missing; list the memories on the chip from the array outwards, each with \`name\` and \`size\`.
    "
  `);
});

test("analyze takes an architecture file for a target, and says when a pipeline lacks room for weights", async () => {
  const file = "examples/accelerators/systolic.sv";
  const { status, out } = await cli(["analyze", model, "--target", file, "--json"]);
  expect(status).toBe(0);
  const [target] = (JSON.parse(out) as { targets: { id: string; latency: { method: string } }[] })
    .targets;
  expect(target).toMatchObject({ id: "systolic/mapper/int8", latency: { method: "roofline" } });
  expect((await cli(["analyze", model, "--target", "absent.accelerator.json"])).status).toBe(2);
  const { err } = await cli([
    "map",
    "examples/models/resnet50.onnx",
    "--accelerator",
    "streaming-4096",
  ]);
  expect(err).toContain("a pipeline keeps all weights on it");
});

test("options that make no sense are named", async () => {
  const on = (...words: readonly string[]) =>
    cli(["map", model, "--accelerator", "gemmini-16", ...words]);
  expect((await cli(["map", model])).status).toBe(2);
  const nobody = await cli(["map", model, "--accelerator", "gemini-16"]);
  expect(nobody.status).toBe(2);
  expect(nobody.err).toContain("neither an architecture file nor an accelerator `gemini-16`");
  expect(nobody.err).toMatch(/ours are .*gemmini-16/);
  expect((await on("--sweep", "rows")).status).toBe(2);
  expect((await on("--precision", "fp64")).err).toContain("it has int8");
  expect((await on("--sweep", "rows=0,16")).err).toContain("`rows=0` should be a whole number");
  expect((await on("--sweep", "colour=1")).err).toContain("is no parameter of `gemmini-16`");
  const values = Array.from({ length: 40 }, (_, at) => at + 1).join(",");
  const many = await on("--sweep", `rows=${values}`, "--sweep", `columns=${values}`);
  expect(many.err).toContain("1600 points");
});

test("an array's own RTL is priced at every size of a sweep, gain and price beside its own size", async () => {
  const rtl = fileOf(
    `module element (input clk, input [1:0] left, input [1:0] top, output reg [1:0] right, output reg [3:0] sum);
  always @(posedge clk) begin
    right <= left;
    sum <= sum + left * top;
  end
endmodule
// ridgepoint: accelerator dataflow=output-stationary rows=ROWS columns=COLS width=2 clock=100MHz node=28 buffer.b=64KiB
module grid #(parameter ROWS = 8, parameter COLS = 8)
  (input clk, input [2*ROWS-1:0] left, input [2*COLS-1:0] top, output [4*ROWS*COLS-1:0] sums);
  genvar r, c;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : row
      wire [2*COLS+1:0] pass;
      assign pass[1:0] = left[2*r+:2];
      for (c = 0; c < COLS; c = c + 1) begin : column
        element e (clk, pass[2*c+:2], top[2*c+:2], pass[2*c+2+:2], sums[4*(r*COLS+c)+:4]);
      end
    end
  endgenerate
endmodule
`,
    "grid.v",
  );
  const words = ["map", model, "--accelerator", rtl, "--sweep", "rows=8,16"];
  const { status, out, err } = await cli([...words, "--part", "asic"]);
  expect(err).toBe("");
  expect(status).toBe(0);
  const [twice = "", once = ""] = out
    .split("\n")
    .filter((line) => /^(?:●| ) +(?:8|16) /.test(line));
  expect(twice).toMatch(/2 ×$/);
  expect(once).toMatch(/1 × +1 ×$/);
  // 6 flip-flops an element, but what the last column would pass on (8 × 2) nobody reads.
  expect(out).toContain("RTL at 8×8 on asic: 368 FF");
  expect(out).toContain("synthesised at 2×2, 2×4, 4×2, 4×4");
  const refused = await cli(["map", model, "--accelerator", "gemmini-16", "--part", "asic"]);
  expect(refused.status).toBe(2);
  expect(refused.err).toContain("whose RTL says");
}, 120_000);
