import { describe, expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { analyzeText, bindings, modelOfText, roundTarget } from "../../kit/analysis-text.js";

/** `[out, in ÷ groups, k…] at node N from nodes …` for each block that is found. */
function check(body: string, expected: readonly string[]): void {
  const inferred = inferModel(modelOfText(body), bindings(), neverCancelled);
  const deployable = inferred.deployable();
  const { graph } = deployable?.inferred.model ?? inferred.model;
  const found = (deployable?.nodeIds ?? []).map((nodeId) => {
    const node = graph.nodes[nodeId]!;
    const shape = graph.values[node.inputs[1]!]!.weight!.shape;
    const pads = node.attributes.get("pads");
    return `${node.op} ${shape.join("×")} pads ${pads?.kind === "ints" ? pads.value.join() : "?"} → ${graph.values[node.outputs[0]!]!.name}`;
  });
  expect(found).toEqual(expected);
}

const head = (weights: string, input = "float[1,16,32,32] x"): string =>
  `g (${input}) => (float[1,C,H,W] y) <${weights}>`;
const norm = (name: string, channels = 16): string =>
  `float[${channels}] ${name}s = ?, float[${channels}] ${name}b = ?, float[${channels}] ${name}m = ?, float[${channels}] ${name}v = ?`;
const bn = (made: string, read: string, name: string): string =>
  `${made} = BatchNormalization (${read}, ${name}s, ${name}b, ${name}m, ${name}v)`;

/** Ding et al. 2021, RepVGG: figure 4. */
const repVgg = `${head(`float[16,16,3,3] w3 = ?, float[16,16,1,1] w1 = ?, ${norm("p")}, ${norm("q")}, ${norm("i")}`)} {
  a = Conv <pads = [1,1,1,1]> (x, w3)
  ${bn("an", "a", "p")}
  b = Conv (x, w1)
  ${bn("bn", "b", "q")}
  ${bn("c", "x", "i")}
  s = Add (an, bn)
  t = Add (s, c)
  y = Relu (t)
}`;

describe("linear blocks", () => {
  test("a 3×3, a 1×1 and an identity, each normalized, are one 3×3", () => {
    check(repVgg, ["Conv 16×16×3×3 pads 1,1,1,1 → t"]);
  });

  test("several equal branches and a shift", () => {
    check(
      `${head("float[16,1,3,3] w = ?, float[16,1,3,3] v = ?, float z = {0.0}")} {
        a = Conv <pads = [1,1,1,1], group = 16> (x, w)
        b = Conv <pads = [1,1,1,1], group = 16> (x, v)
        s = Add (a, b)
        t = Add (s, z)
        y = Relu (t)
      }`,
      ["Conv 16×1×3×3 pads 1,1,1,1 → t"],
    );
  });

  test("asymmetric branches merge into the square that holds them, with stride", () => {
    check(
      `${head("float[8,16,3,3] w = ?, float[8,16,1,3] h = ?, float[8,16,3,1] v = ?")} {
        a = Conv <pads = [1,1,1,1], strides = [2,2]> (x, w)
        b = Conv <pads = [0,1,0,1], strides = [2,2]> (x, h)
        c = Conv <pads = [1,0,1,0], strides = [2,2]> (x, v)
        s = Add (a, b)
        t = Add (c, s)
        y = Relu (t)
      }`,
      ["Conv 8×16×3×3 pads 1,1,0,0 → t"],
    );
  });

  // Bhardwaj et al. 2022, figure 1: expand by k × k, project by 1 × 1, add what came in.
  test("a collapsible linear block with its short residual is one convolution", () => {
    check(
      `${head("float[256,16,3,3] e = ?, float[16,256,1,1] p = ?")} {
        a = Conv <pads = [1,1,1,1]> (x, e)
        b = Conv (a, p)
        s = Add (b, x)
        y = Relu (s)
      }`,
      ["Conv 16×16×3×3 pads 1,1,1,1 → s"],
    );
  });

  test("what merging would make dearer stays: a bottleneck, a depthwise pair, a 5×1 beside a 1×5", () => {
    check(
      `${head("float[4,16,1,1] a = ?, float[16,4,1,1] b = ?, float[16,1,3,3] c = ?, float[16,16,1,1] d = ?, float[16,16,5,1] e = ?, float[16,16,1,5] f = ?")} {
        u = Conv (x, a)
        v = Conv (u, b)
        r = Relu (v)
        w = Conv <pads = [1,1,1,1], group = 16> (r, c)
        z = Conv (w, d)
        q = Relu (z)
        g = Conv <pads = [2,0,2,0]> (q, e)
        h = Conv <pads = [0,2,0,2]> (q, f)
        y = Add (g, h)
      }`,
      [],
    );
  });

  test("an activation, another reader, an output, another input or the same operand twice parts branches", () => {
    const weights = "float[16,16,3,3] w = ?, float[16,16,3,3] v = ?";
    const conv = (made: string, read: string, weight: string): string =>
      `${made} = Conv <pads = [1,1,1,1]> (${read}, ${weight})`;
    check(
      `${head(weights)} { ${conv("a", "x", "w")} r = Relu (a) ${conv("b", "x", "v")} y = Add (r, b) }`,
      [],
    );
    check(`${head(weights)} { ${conv("a", "x", "w")} ${conv("b", "a", "v")} y = Add (a, b) }`, [
      "Conv 16×16×3×3 pads 1,1,1,1 → y",
    ]);
    check(
      `g (float[1,16,32,32] x) => (float[1,16,32,32] y, float[1,16,32,32] a) <${weights}> { ${conv("a", "x", "w")} ${conv("b", "x", "v")} y = Add (a, b) }`,
      [],
    );
    check(
      `${head(weights, "float[1,16,32,32] x, float[1,16,32,32] z")} { ${conv("a", "x", "w")} ${conv("b", "z", "v")} y = Add (a, b) }`,
      [],
    );
    check(`${head(weights)} { ${conv("a", "x", "w")} y = Add (a, a) }`, []);
  });

  test("the price is that of the model written with one convolution", () => {
    const merged = `${head("float[16,16,3,3] w = ?, float[16] b = ?")} {
      t = Conv <pads = [1,1,1,1]> (x, w, b)
      y = Relu (t)
    }`;
    const [training] = analyzeText(repVgg, [roundTarget()]).targets;
    const [deployed] = analyzeText(merged, [roundTarget()]).targets;
    expect(training!.deployment!.latency.value).toBeCloseTo(deployed!.latency!.value, 12);
    expect(training!.deployment!.kernelCount).toBe(deployed!.lowered.kernels.length);
    // Without 1×1 weights, three normalizations of four vectors; with a bias.
    expect(training!.deployment!.savedParameters).toBe(16 * 16 + 3 * 4 * 16 - 16);
    expect(deployed!.deployment).toBeUndefined();
    const [problem] = training!.problems.filter(({ code }) => code === "RP2105");
    expect(problem).toMatchObject({ severity: "information", nodeId: 6 });
    expect(problem!.message).toContain("this linear block of 2 convolutions merges into one");
  });

  test("a gain within the error of a prediction is not told", () => {
    const small = repVgg
      .replace("w1 = ?", "w1 = ?, float[4096,16,7,7] large = ?")
      .replace("y = Relu (t)", "r = Relu (t)\n  y = Conv <pads = [3,3,3,3]> (r, large)");
    check(small, ["Conv 16×16×3×3 pads 1,1,1,1 → t"]);
    const [only] = analyzeText(small, [roundTarget()]).targets;
    expect(only!.deployment).toBeUndefined();
    expect(only!.problems.map(({ code }) => code)).not.toContain("RP2105");
  });
});
