import { describe, expect, test } from "vitest";
import { view } from "../../../server/core/views/report.js";
import { allPasses, analyzeText, modelOfText, roundTarget } from "../../kit/analysis-text.js";

const graph = `g (float[N,3,8,8] x) => (float[1,4,8,8] y) <float[4,3,1,1] w = ?, float[4] a = ?, float[4] b = ?> {
  ab = Add (a, b)
  c = Conv (x, w, ab)
  y = Relu (c)
}`;

describe("report", () => {
  test("the model and its layers, folded ones included", () => {
    const report = view(analyzeText(graph), { file: "m.onnx" });
    expect(report).toMatchObject({
      schemaVersion: 1,
      file: "m.onnx",
      kind: "onnx-text",
      targets: [],
    });
    expect(report.model).toEqual({
      name: "g",
      parameterCount: 16,
      weightBytes: 64,
      macs: 768,
      flops: 2 * 768 + 256 + 256,
      activationElements: 256,
      initializerElements: 20,
    });
    expect(report.layers.map(({ op, macs, costed, folded }) => [op, macs, costed, folded])).toEqual(
      [
        ["Add", 0, true, true],
        ["Conv", 768, true, false],
        ["Relu", 0, true, false],
      ],
    );
    expect(report.layers[1]).toMatchObject({
      id: "1",
      inputs: [
        { name: "x", type: "float32", shape: [1, 3, 8, 8] },
        { name: "w", type: "float32", shape: [4, 3, 1, 1] },
        { name: "ab", type: "float32", shape: [4] },
      ],
      parameterCount: 16,
      weightBytes: 64,
      readBytes: 4 * (192 + 12 + 4),
      writeBytes: 1024,
    });
  });

  test("a target's layers share the latency, less the inference's own time", () => {
    const report = view(analyzeText(graph, [roundTarget({ passes: allPasses })]), { file: null });
    const [target] = report.targets;
    const layers = target!.layers;
    const sum = layers.reduce((total, { seconds }) => total + seconds!, 0);
    expect(sum).toBeCloseTo(target!.latency!.seconds - 10e-6, 12);
    expect(layers.reduce((total, { share }) => total + share!, 0)).toBeCloseTo(
      1 - 10e-6 / target!.latency!.seconds,
      9,
    );
    expect(layers[0]).toEqual({
      id: "0",
      seconds: 0,
      low: 0,
      high: 0,
      share: 0,
      bound: null,
      engine: null,
    });
    expect(layers.map(({ engine }) => engine)).toEqual([null, "gpu", "gpu"]);
    expect(target).toMatchObject({
      id: "chip/runtime/fp32",
      batch: 1,
      memory: { weightBytes: 64, totalBytes: 64 + 768 + 1024, capacityBytes: 1e9, fits: true },
      energy: { method: "roofline" },
    });
  });

  test("what is not known is null", () => {
    const report = view(
      analyzeText("g (float[m] x) => (float[m] y) { y = Relu (x) }", [roundTarget()]),
      { file: null },
    );
    expect(report.model).toMatchObject({ macs: null, flops: null });
    expect(report.layers[0]).toMatchObject({ macs: null, readBytes: null, costed: false });
    expect(report.layers[0]!.outputs).toEqual([{ name: "y", type: "float32", shape: ["m"] }]);
    expect(report.targets[0]).toMatchObject({
      latency: null,
      energy: null,
      memory: { peakActivationBytes: null, totalBytes: null, fits: null },
      layers: [{ id: "0", seconds: null, bound: null, engine: null }],
    });
    expect(report.problems.map(({ code, source }) => [code, source])).toEqual([["RP1110", null]]);
  });

  test("nodes of a text have their lines, counted from zero", () => {
    const text = `<ir_version: 10, opset_import: ["": 21]>\ng (float[4] x) => (float[4] y) {\n  y = Relu (x)\n}`;
    // The reader of the kit puts its own header line before the graph: the same first line.
    const model = modelOfText(text.slice(text.indexOf("\n") + 1));
    const span = model.graph.nodes[0]!.place;
    expect(span?.kind).toBe("text");
    const header = `<ir_version: 10, opset_import: ["": 21, "com.microsoft": 1]>`;
    const report = view(analyzeText(text.slice(text.indexOf("\n") + 1)), {
      file: "m.onnxtxt",
      text: `${header}\n${text.slice(text.indexOf("\n") + 1)}`,
    });
    expect(report.layers[0]!.source).toEqual({
      file: "m.onnxtxt",
      line: 2,
      character: 2,
      endLine: 2,
      endCharacter: 14,
    });
  });
});
