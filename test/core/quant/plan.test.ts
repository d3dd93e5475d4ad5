import { expect, test } from "vitest";
import { paretoFront } from "../../../server/core/quant/plan/front.js";
import { makePlan } from "../../../server/core/quant/plan/plan.js";
import { groupOptions, type PlanProblem } from "../../../server/core/quant/plan/problem.js";
import { loadSolver } from "../../../server/engines/highs/solver.js";
import { findRecipe } from "../../../server/core/quant/recipes/recipes.js";
import { scheme } from "./format-kit.js";
import { randomProblem } from "./random-problem.js";

/** Least risk of all combinations that keep the latency. */
function exhaustive({ choices }: PlanProblem, limit: number): number {
  let best = Infinity;
  const walk = (layer: number, seconds: number, risk: number): void => {
    if (seconds > limit || risk >= best) return;
    const own = choices.layers[layer]?.choices;
    if (own === undefined) best = risk;
    else for (const choice of own) walk(layer + 1, seconds + choice.seconds, risk + choice.risk);
  };
  walk(0, choices.restSeconds, 0);
  return best;
}

test.each([1, 2, 3, 4, 5, 6])("a plan is the best of all combinations (seed %i)", async (seed) => {
  const solver = await loadSolver();
  const made = randomProblem(7, 4, { latency: 18 }, seed);
  const { plan, reason } = makePlan(made, (text) => solver.solve(text));
  const best = exhaustive(made, 18);
  if (best === Infinity) {
    expect(reason).toMatch(/^No plan has a latency of/);
    return;
  }
  expect(plan?.totals.risk).toBeCloseTo(best, 6);
  expect(plan?.totals.latency).toBeLessThanOrEqual(18 * (1 + 1e-6));
  expect(plan?.status).toBe("optimal");
});

test("200 layers in 12 formats are planned, with the front and uniform plans beside", async () => {
  const solver = await loadSolver();
  const made = randomProblem(200, 12, { latency: 500, size: 12_000 }, 3);
  const planning = makePlan(made, (text) => solver.solve(text));
  expect(planning.plan?.totals.latency).toBeLessThanOrEqual(500.001);
  expect(planning.plan?.totals.size).toBeLessThanOrEqual(12_000.1);
  expect(planning.uniform).toHaveLength(12);
  for (const [index, point] of planning.front.entries()) {
    const before = planning.front[index - 1];
    if (before === undefined) continue;
    expect(point.latency).toBeLessThan(before.latency);
    expect(point.risk).toBeGreaterThan(before.risk);
  }
}, 30_000);

test("no combination lies below the front", () => {
  const made = randomProblem(5, 4, {}, 8);
  const corners = paretoFront(groupOptions(made), "latency", "risk");
  const isBelow = (latency: number, risk: number): boolean =>
    corners.some((corner, index) => {
      const next = corners[index + 1];
      if (next === undefined || latency < next.along || corner.along < latency) return false;
      const share = (corner.along - latency) / (corner.along - next.along);
      return risk < corner.against + share * (next.against - corner.against) - 1e-9;
    });
  const walk = (layer: number, latency: number, risk: number): void => {
    const own = made.choices.layers[layer]?.choices;
    if (own === undefined) expect(isBelow(latency, risk)).toBe(false);
    else for (const choice of own) walk(layer + 1, latency + choice.seconds, risk + choice.risk);
  };
  walk(0, 0, 0);
});

test("layers of one group take one format", async () => {
  const solver = await loadSolver();
  const made = {
    ...randomProblem(6, 3, { latency: 22 }, 4),
    groups: [
      [0, 1, 2],
      [3, 4, 5],
    ],
  };
  const { plan } = makePlan(made, (text) => solver.solve(text));
  const formats = [0, 1, 2, 3, 4, 5].map((nodeId) => plan?.schemes.get(nodeId));
  expect(new Set(formats.slice(0, 3)).size).toBe(1);
  expect(new Set(formats.slice(3)).size).toBe(1);
});

test("recipes say of each layer what the plan says", () => {
  const made = randomProblem(2, 2, {}, 1);
  const schemes = new Map([
    [0, "int8"],
    [1, ""],
  ]);
  const layer = (nodeId: number, name: string) => ({
    nodeId,
    weightNames: [name],
    elementCount: 64,
    excludedCount: 0,
    outlierRowCount: 0,
    rowCount: 8,
    low: -1,
    high: 1,
    schemes: [],
  });
  const node = (name: string) => ({
    name,
    op: "Conv",
    domain: "",
    inputs: [],
    outputs: [],
    attributes: new Map(),
    scope: "",
  });
  const input = {
    graph: {
      name: "g",
      inputs: [],
      outputs: [],
      nodes: [node("/body/conv1/Conv"), node("/body/conv2/Conv")],
      values: [],
      captures: [],
    },
    result: {
      schemes: [scheme("int8")],
      layers: [layer(0, "conv1.weight"), layer(1, "conv2.weight")],
      sensitivitySource: "",
    },
    choices: {
      ...made.choices,
      target: { id: "a/b/fp16", precision: { weightBits: 16 } } as never,
    },
    planning: { plan: undefined, reason: undefined, uniform: [], front: [] },
    schemes,
  };
  const write = (id: string): string => findRecipe(id)?.write(input) ?? "";
  expect(JSON.parse(write("onnxruntime"))).toEqual({
    nodes_to_exclude: ["/body/conv2/Conv"],
    extra_options: {
      TensorQuantOverrides: { "conv1.weight": [{ quant_type: "QInt8", symmetric: true, axis: 0 }] },
    },
  });
  expect(write("tensorrt")).toBe("/body/conv1/Conv:int8\n/body/conv2/Conv:fp16\n");
  expect(write("llama-cpp")).toBe(
    '--tensor-type "conv1\\.weight=q8_0"\n--tensor-type "conv2\\.weight=f16"\n',
  );
  expect(JSON.parse(write("modelopt"))).toMatchObject({
    quant_cfg: [
      { quantizer_name: "*", enable: false },
      {
        quantizer_name: "*body.conv1.weight_quantizer",
        cfg: { num_bits: 8, axis: 0 },
        enable: true,
      },
      { quantizer_name: "*body.conv2.weight_quantizer", enable: false },
    ],
  });
  expect(write("aimet")).toContain('"is_symmetric": "True"');
  for (const id of ["aimet", "qnn"]) {
    const { param_encodings } = JSON.parse(write(id)) as {
      param_encodings: Record<string, { bitwidth: number; dtype: string }[]>;
    };
    expect(param_encodings["conv1.weight"]?.[0]).toMatchObject({ bitwidth: 8, dtype: "int" });
    expect(param_encodings["conv2.weight"]?.[0]).toMatchObject({ bitwidth: 16, dtype: "float" });
  }
  expect(JSON.parse(write("json"))).toMatchObject({
    target: "a/b/fp16",
    layers: [{ format: "int8" }, { format: null }],
  });
});
