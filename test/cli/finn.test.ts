import { expect, test } from "vitest";
import type { ReportDocument } from "../../server/core/views/report-document.js";
import { cli } from "../kit/cli.js";

const model = "examples/models/intrusion-2bit.onnxtxt";

async function designOf(
  words: string,
  file = model,
): Promise<NonNullable<ReportDocument["design"]>> {
  const { out, err, status } = await cli(["analyze", file, "--finn", words, "--json"]);
  if (status !== 0) throw new Error(`${status}: ${err}`);
  const { design } = JSON.parse(out) as ReportDocument;
  if (design === undefined) throw new Error("no design");
  return design;
}

test("a QONNX model's own bits, folded to a rate", async () => {
  const { modules, total, intervalCycles, part } = await designOf("fps=200000");
  expect(part).toBe("xczu7ev");
  expect(modules.map(({ variant }) => variant)).toEqual([
    "fc0 80→64 PE 1 SIMD 16, 2×1 bits, 2-bit out",
    "fc1 64→64 PE 1 SIMD 16, 2×2 bits, 2-bit out",
    "fc2 64→64 PE 1 SIMD 16, 2×2 bits, 2-bit out",
    "fc3 64→2 PE 1 SIMD 1, 2×2 bits",
    "shell: DMA and interconnect",
  ]);
  expect(intervalCycles?.value).toBe(320);
  const parts = modules.reduce((sum, { own }) => sum + (own.counts.lut?.value ?? 0), 0);
  expect(total?.counts.lut?.value).toBe(parts);
});

test("bits and layers are swept together", async () => {
  const { modules, tool } = await designOf("fps=200000,weights=1|2|4,layers=2|4");
  expect(modules).toHaveLength(6);
  expect(tool).toContain("of 6 designs the totals are those of the smallest");
  expect(modules[0]?.variant).toMatch(/^1 × own bits, 2 layers, [\d,]+\/s, [\d.]+ nJ–/);
});

test("what FINN makes nothing of, wrong words and a part that is too small are told", async () => {
  const wrong = await cli(["analyze", model, "--finn", "fps=fast"]);
  expect(wrong.status).toBe(2);
  expect(wrong.err).toContain("--finn: fps: inferences a second, not `fast`.");
  const typo = await cli(["analyze", model, "--finn", "fps=1000,fcc.pe=4,fc0.pe=5"]);
  expect(typo.out).toContain("No layer is named `fcc`, so that what is said of it changes nothing");
  expect(typo.out).toContain("PE 5 does not divide the 64 rows of `fc0`: 4 is taken.");
  const hls4ml = await cli(["analyze", model, "--hls4ml", "fcc.reuse=4"]);
  expect(hls4ml.out).toContain("No layer is named `fcc`");
  const small = await cli([
    "analyze",
    "examples/models/resnet50.onnx",
    "--finn",
    "fps=1000,weights=8,activations=8",
    "--part",
    "xc7a35t",
  ]);
  expect(small.out).toContain("ask for fewer inferences a second or fewer bits");
  const layers = await cli(["analyze", "examples/models/resnet50.onnx", "--finn", "layers=3"]);
  expect(layers.out + layers.err).toContain("only a network of two dense layers and more");
});

test("tasks one by one or in pipelines, under a limit of DSPs and memory", async () => {
  const { out, status } = await cli([
    ...["analyze", "examples/mobile-block.onnxtxt", "--json"],
    ...["--tasks", "dsp=64,memory=128KiB,bandwidth=1GB/s"],
  ]);
  expect(status).toBe(0);
  const { design } = JSON.parse(out) as ReportDocument;
  expect(design?.modules.map(({ name }) => name)).toHaveLength(5);
  expect(design?.tool).toMatch(/of the DRAM; all one by one .* times as long\); pipelines/);
  const wrong = await cli(["analyze", model, "--tasks", "memory=much"]);
  expect(wrong.err).toContain("--tasks: memory: a size such as 8MiB");
});
