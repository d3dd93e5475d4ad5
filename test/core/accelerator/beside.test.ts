import { expect, test } from "vitest";
import { areaOf } from "../../../server/core/accelerator/area.js";
import { decodeAccelerator } from "../../../server/core/accelerator/decode-accelerator.js";
import { KernelMapper } from "../../../server/core/accelerator/kernel-mapper.js";
import { takes } from "../../../server/core/accelerator/layer-class.js";
import type { KernelMapping } from "../../../server/core/accelerator/map-kernel.js";
import { mapModel } from "../../../server/core/accelerator/map-model.js";
import { schedule } from "../../../server/core/accelerator/schedule.js";
import { parametersOf, withParameter } from "../../../server/core/accelerator/parameters.js";
import type { Objective } from "../../../server/core/accelerator/tiling.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import type { KernelShape } from "../../../server/core/ops/kernel-shape.js";
import { accelerator } from "./arrays.js";
import { catalogue, kernels, mapped, smallAndWide, technology } from "./mapped.js";

const both = smallAndWide({ wide: 32, bandwidth: "100 GB/s" });

function mapAll(fields: Readonly<Record<string, unknown>>, objective: Objective = "latency") {
  const question = mapped(fields, objective);
  const mapper = new KernelMapper(question, kernels);
  return kernels.map((kernel): [Kernel, KernelMapping] => [kernel, mapper.map(kernel)]);
}

test("each layer takes the engine that is done first, and no engine takes what it is not for", () => {
  const alone = mapAll({ ...both, beside: undefined });
  const names = new Set<string | undefined>();
  for (const [index, [kernel, mapping]] of mapAll(both).entries()) {
    names.add(mapping.engine);
    const [, small] = alone[index] ?? [];
    if (mapping.engine === "array") expect(mapping.cycles).toBe(small?.cycles);
    else {
      expect(kernel.shape).toMatchObject({ kind: "conv", kernelSize: [3, 3] });
      expect(mapping.cycles).toBeLessThan(small?.cycles ?? 0);
      expect(mapping.notes.join(" ")).toMatch(/`array` would take \d[\d.]* × the time/);
    }
  }
  expect(names).toEqual(new Set(["array", "wide"]));
});

test("cycles are those of the accelerator's clock: the same engine at half of it takes twice as many", () => {
  const [first] = both.beside;
  const slow = { ...first, engine: both.engine, buffers: both.buffers, vectorLanes: 8 };
  const onSlow = mapAll({ ...both, runs: ["elementwise"], beside: [{ ...slow, runs: undefined }] });
  const noDram = { ...both, dram: undefined };
  const fast = mapAll({ ...noDram, beside: undefined });
  const slower = mapAll({
    ...{ ...noDram, runs: ["elementwise"] },
    beside: [{ ...slow, runs: undefined }],
  });
  for (const [index, [kernel, mapping]] of slower.entries())
    if (kernel.macs > 0) {
      expect(mapping.engine).toBe("wide");
      expect(mapping.cycles).toBeCloseTo(2 * (fast[index]?.[1].cycles ?? 0), 6);
    }
  expect(onSlow.some(([, { engine }]) => engine === "wide")).toBe(true);
});

test("what is asked for decides between the engines", () => {
  const sum = (objective: Objective, pick: (mapping: KernelMapping) => number): number =>
    mapAll(both, objective).reduce((total, [, mapping]) => total + pick(mapping), 0);
  const cycles = (mapping: KernelMapping): number => mapping.cycles;
  const joules = (mapping: KernelMapping): number => mapping.energy.total;
  expect(sum("latency", cycles)).toBeLessThanOrEqual(sum("energy", cycles));
  expect(sum("energy", joules)).toBeLessThanOrEqual(sum("latency", joules));
});

test("no utilization is above one, of a layer or of the whole", () => {
  const model = mapModel(mapped(both, "latency"), kernels);
  expect(model.utilization).toBeLessThanOrEqual(1);
  for (const { utilization, dramBytes, leastDramBytes } of model.kernels) {
    expect(utilization).toBeLessThanOrEqual(1);
    expect(dramBytes).toBeGreaterThanOrEqual(leastDramBytes);
  }
});

test("area is that of all engines", () => {
  const whole = areaOf(accelerator(both), technology)?.total ?? 0;
  const small = areaOf(accelerator({ ...both, beside: undefined }), technology)?.total ?? 0;
  const sides = accelerator(both).beside.map(({ alone }) => areaOf(alone, technology)?.total ?? 0);
  expect(sides[0]).toBeGreaterThan(0);
  expect(whole).toBeCloseTo(small + (sides[0] ?? 0), 12);
});

test("a part can be swept by its name, and follows the whole in what it has from it", () => {
  const start = accelerator(both);
  expect(parametersOf(start)).toContain("wide.rows");
  const taller = withParameter(start, "wide.rows", "64");
  expect(taller).toMatchObject({
    engine: { rows: 8 },
    beside: [{ alone: { engine: { rows: 64 } } }],
  });
  const changed = withParameter(start, "dram", "50 GB/s");
  expect(changed).toMatchObject({ beside: [{ alone: { dram: { bandwidth: 50e9 } } }] });
  // Its own clock stays.
  expect(withParameter(start, "clock", "2 GHz")).toMatchObject({
    clock: 2e9,
    beside: [{ alone: { clock: 500e6 } }],
  });
  expect(withParameter(start, "wide.holes", "1")).toMatch(/is no parameter/);
});

test("a prompt goes to the array and a step to the memory that multiplies", async () => {
  const id = "array-and-pim/mapper/bf16";
  const question = catalogue.find(id)?.accelerator;
  expect(question).toBeDefined();
  if (question === undefined) return;
  const product = (m: number): KernelMapping => {
    const [k, n] = [4096, 4096];
    const shape = { kind: "matmul", batch: 1, m, n, k, hasConstantRight: true } as const;
    const weightReadBytes = 2 * k * n;
    const kernel = {
      ...{ nodeIds: [0], shares: [1], shape, macs: m * n * k, otherFlops: 0 },
      ...{ readBytes: weightReadBytes + 2 * m * k, writeBytes: 2 * m * n, weightReadBytes },
    };
    return new KernelMapper(question, []).map(kernel as unknown as Kernel);
  };
  expect(product(1).engine).toBe("pim");
  expect(product(2048).engine).toBe("array");
  const step = product(1);
  expect(step.dramBytes).toBe(step.leastDramBytes);
});

test.each([
  [{ beside: 1 }, "`beside` should be a list."],
  [{ beside: [1] }, "`beside[0]` should be an object."],
  [{ beside: [{ engine: both.engine, buffers: [] }] }, "`beside[0].name` should be a text"],
  [
    { beside: [{ name: "array", engine: both.engine, buffers: [] }] },
    "`beside[0].name` is the name of another engine.",
  ],
  [
    { beside: [{ name: "a", engine: { ...both.engine, rows: 0 }, buffers: [] }] },
    "`beside[0].engine.rows` should lie between 1 and 65536; it is 0.",
  ],
  [{ beside: [{ name: "a", engine: both.engine, buffers: [], id: "b" }] }, "`beside[0].id`"],
  [{ runs: ["convolution"] }, "`runs` should be left out of one engine"],
  [{ runs: [] }, "`runs` should name one or more of convolution"],
  [{ runs: ["conv"] }, "`runs[0]` should be one of convolution"],
  [
    { beside: [{ name: "a", engine: { kind: "streaming", multipliers: 4 }, buffers: [] }] },
    "`beside[0].engine` cannot stand beside another",
  ],
])(
  "what is wrong with engines beside one another is told with its place: %j",
  (fields, sentence) => {
    const { value, problems } = decodeAccelerator({
      id: "x",
      clock: "1 GHz",
      node: 28,
      engine: both.engine,
      precisions: ["int8"],
      buffers: [],
      ...fields,
    });
    // A field that nobody knows is left out, and the rest is read.
    expect(value === undefined).toBe(!sentence.endsWith("id`"));
    expect(problems.map(({ message }) => message).join("\n")).toContain(sentence);
  },
);

test("classes of layers are told by their shapes", () => {
  const conv = (groups: number, inputChannels: number, kernel: number): KernelShape => ({
    kind: "conv",
    batch: 1,
    groups,
    inputChannels,
    outputChannels: inputChannels,
    inputSize: [8, 8],
    outputSize: [8, 8],
    kernelSize: [kernel, kernel],
    strides: [1, 1],
    isTransposed: false,
  });
  expect(takes(undefined, conv(1, 8, 5))).toBe(true);
  expect(takes(["convolution-3x3"], conv(1, 8, 3))).toBe(true);
  expect(takes(["convolution-3x3"], conv(1, 8, 5))).toBe(false);
  expect(takes(["convolution"], conv(8, 8, 3))).toBe(false);
  expect(takes(["depthwise"], conv(8, 8, 3))).toBe(true);
  expect(takes(["matmul"], { kind: "elementwise", elements: 4 })).toBe(false);
  expect(takes(["elementwise"], { kind: "softmax", rows: 1, columns: 4 })).toBe(true);
});

test("branches and several models run on engines at once, never slower than in turn", () => {
  const question = mapped(both, "latency");
  const alone = schedule(question, [kernels]);
  const twice = schedule(question, [kernels, kernels]);
  expect(alone.turnCycles).toBeCloseTo(mapModel(question, kernels).cycles, 3);
  expect(alone.cycles).toBeLessThanOrEqual(alone.turnCycles);
  expect(twice.turnCycles).toBeCloseTo(2 * alone.turnCycles, 3);
  expect(twice.cycles).toBeLessThan(0.95 * twice.turnCycles);
  expect(Math.max(...twice.modelCycles)).toBe(twice.cycles);
  expect(twice.utilization).toBeLessThanOrEqual(1);
  // A residual network's kernels wait for their operands whatever the engine.
  for (const { model, kernel, start } of twice.kernels)
    for (const other of twice.kernels) {
      const isFed = kernels[kernel]!.reads.some((value) =>
        kernels[other.kernel]!.writes.includes(value),
      );
      if (other.model === model && isFed && other.kernel < kernel)
        expect(start).toBeGreaterThanOrEqual(other.end - 1e-6);
    }
});
