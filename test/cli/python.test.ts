import path from "node:path";
import { expect, test } from "vitest";
import type { ReportDocument } from "../../server/core/views/report-document.js";
import { analyzeJson, cli, root } from "../kit/cli.js";

const resnet = path.join(root, "examples/python/resnet.py");
const fixture = (name: string): string => path.join(root, "test/fixtures/python", name);
const target = "nvidia-rtx-4090/tensorrt/fp16";
/** The first run after a change of the engine makes an image of a started Python. */
const patience = 120_000;

test(
  "Python source is analysed as a model file is",
  async () => {
    const report = await analyzeJson([resnet, "--entry", "resnet50()", "--target", target]);
    expect(report.kind).toBe("python");
    expect(report.model).toMatchObject({ parameterCount: 25_557_032, macs: 4_089_184_256 });
    expect(report.python).toMatchObject({
      entry: "resnet50()",
      inputsFrom: "input: from the first layer Conv2d(3, 64)",
    });
    expect(report.models?.map(({ entry }) => entry)).toEqual([
      "resnet50()",
      "Bottleneck()",
      "ResNet()",
      "resnet50()",
      "resnet101()",
    ]);
    const layer = report.layers.find(({ name }) => name === "layer1.0.conv1");
    expect(layer).toMatchObject({ op: "conv2d", scope: "ResNet/layer1/0/conv1" });
    // The line of the block's forward that calls it, zero-based.
    expect(layer?.source).toMatchObject({ file: resnet, line: 38 });
    expect(report.layers.every(({ costed }) => costed)).toBe(true);
    expect(report.targets[0]?.latency?.seconds).toBeGreaterThan(0);
  },
  patience,
);

test(
  "a batch mixes Python and models; the engine outlives a file that fails",
  async () => {
    const lines = [
      { file: fixture("small_cnn.py"), batch: 2, targets: [target] },
      { file: fixture("shape_error.py"), targets: [target] },
      { file: fixture("small_cnn.py"), inputs: ["float32[1,3,64,64]"], targets: [target] },
      { file: fixture("not-there.py") },
      { op: "Relu(fp32[4])", targets: [target] },
    ];
    const { status, out } = await cli(["batch", "-"], {
      input: lines.map((line) => JSON.stringify(line)).join("\n"),
    });
    expect(status).toBe(0);
    const reports = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as ReportDocument);
    const small = 256 * 8 * 27 + 256 * 16 * 72 + 160;
    expect(reports.map(({ model }) => model?.macs ?? null)).toEqual([
      2 * small,
      null,
      4 * (small - 160) + 160,
      null,
      0,
    ]);
    expect(reports[1]?.problems[0]).toMatchObject({
      code: "RP1102",
      source: { file: fixture("shape_error.py"), line: 11, character: 15 },
    });
    expect(reports[3]?.problems.map(({ code }) => code)).toEqual(["RP1000"]);
  },
  patience,
);

test(
  "what cannot be run answers status 1, with the reason and its line",
  async () => {
    const { status, out, err } = await cli(["analyze", fixture("syntax_error.py"), "--json"]);
    expect(status).toBe(1);
    expect(err).toBe("");
    const report = JSON.parse(out) as ReportDocument;
    expect(report.problems[0]).toMatchObject({ code: "RP1501", source: { line: 4 } });
  },
  patience,
);

test(
  "an expression needs no file",
  async () => {
    const report = await analyzeJson([
      "--entry",
      "torch.nn.Linear(8, 4)",
      "--input",
      "float32[2,8]",
      "--target",
      target,
    ]);
    expect(report.file).toBeNull();
    expect(report.model).toMatchObject({ parameterCount: 36, macs: 64 });
  },
  patience,
);

// Vasu et al. 2023, MobileOne, section 3.2: the deployed form has no branches. Its price is foretold from the training form.
test(
  "what merging branches saves is what the model costs once it has merged them",
  async () => {
    const targets = ["nvidia-rtx-3090/pytorch-eager/amp-fp16", "raspberry-pi-5/onnxruntime/fp32"];
    const words = [fixture("branches.py"), ...targets.flatMap((id) => ["--target", id])];
    const training = await analyzeJson(words);
    const deployed = await analyzeJson([...words, "--deploy"]);
    expect(deployed.layers.filter(({ op }) => op === "conv2d")).toHaveLength(5);
    for (const [index, target] of training.targets.entries()) {
      const then = deployed.targets[index]!;
      expect(target.deployed?.blocks).toHaveLength(4);
      expect(target.deployed!.seconds / then.latency!.seconds).toBeCloseTo(1, 3);
      expect(then.latency!.seconds).toBeLessThan(target.latency!.seconds / 1.5);
      expect(then.deployed).toBeUndefined();
    }
    expect(training.model!.parameterCount! - deployed.model!.parameterCount!).toBe(
      training.targets[0]!.deployed!.savedParameters,
    );
    const codes = training.problems.map(({ code }) => code);
    expect(codes.filter((code) => code === "RP2105")).toHaveLength(2);
    expect(deployed.problems.map(({ code }) => code)).not.toContain("RP2105");
  },
  patience,
);
