import { expect, test } from "vitest";
import type { MappedAccelerator } from "../../../server/core/accelerator/as-target.js";
import { contractionsOf, compulsory } from "../../../server/core/accelerator/contraction.js";
import { bestOnCores } from "../../../server/core/accelerator/cores.js";
import { dealingsOf } from "../../../server/core/accelerator/deal-out.js";
import { KernelMapper } from "../../../server/core/accelerator/kernel-mapper.js";
import type { KernelMapping } from "../../../server/core/accelerator/map-kernel.js";
import { mapModel } from "../../../server/core/accelerator/map-model.js";
import { schedule } from "../../../server/core/accelerator/schedule.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import type { KernelShape } from "../../../server/core/ops/kernel-shape.js";
import { accelerator, engineOf, precisionOf } from "./arrays.js";
import { kernels, mapped, smallAndWide } from "./mapped.js";

const array = (rows: number, columns: number) => ({
  engine: { rows, columns, dataflow: "output-stationary", pipelined: false },
  buffers: [{ name: "buffer", size: "1 TiB" }],
});

function mapOne(question: MappedAccelerator, kernel: Kernel): KernelMapping {
  return new KernelMapper(question, [kernel]).map(kernel);
}

function matmul(m: number, n: number, k: number): Kernel {
  const shape = { kind: "matmul", batch: 1, m, n, k, hasConstantRight: true } as const;
  return kernelOf(shape, k * n, m * k + k * n, m * n);
}

function kernelOf(shape: KernelShape, weights: number, reads: number, writes: number): Kernel {
  const [first] = contractionsOf(shape);
  const macs = contractionsOf(shape).reduce(
    (sum, c) => sum + (first === undefined ? 0 : compulsory(c).outputs * c.inputChannels),
    0,
  );
  return {
    ...{ nodeIds: [0], shares: [1], shape, macs, otherFlops: 0, reads: [], writes: [] },
    ...{ readBytes: reads, writeBytes: writes, weightReadBytes: weights, weightBytes: weights },
  } as unknown as Kernel;
}

test("a product is dealt out as a sum by hand says", () => {
  // 64 × 32 sums of 50 on 16 × 16 elements: 4 × 2 folds of 50 + 16 + 16 − 2 = 80 cycles, as SCALE-Sim counts them.
  const kernel = matmul(64, 32, 50);
  const alone = mapOne(mapped(array(16, 16)), kernel);
  expect(alone.computeCycles).toBe(640);
  // Beside one alike, half of it each.
  const twins = { ...array(16, 16), splitsLayers: true, beside: [{ name: "b", ...array(16, 16) }] };
  const half = mapOne(mapped(twins), kernel);
  expect(half).toMatchObject({ computeCycles: 320, engine: "array + b" });
  expect(half.notes[0]).toMatch(/^Dealt out along its 64 rows: 32 on `array`, 32 on `b`\.$/);
  // Weights go to both, inputs and outputs to one.
  expect(half.dramBytes).toBe(50 * 32 * 2 + 64 * 50 + 64 * 32);
  expect(half.leastDramBytes).toBe(50 * 32 + 64 * 50 + 64 * 32);
  expect(half.engineUtilization).toBeCloseTo((64 * 32 * 50) / (320 * 512), 12);
  // Beside one twice as wide, which makes 16 rows in one fold of 96 cycles while the other takes 160: a quarter and three quarters.
  const wide = { ...twins, beside: [{ name: "b", ...array(16, 32) }] };
  const best = mapOne(mapped(wide), kernel);
  expect(best.computeCycles).toBe(288);
  expect(best.notes[0]).toContain("16 on `array`, 48 on `b`");
});

test("bytes that one memory gives to two engines take as long as from one", () => {
  const twins = { ...array(16, 16), dram: { bandwidth: "1 GB/s" } };
  const kernel = matmul(64, 32, 50);
  const alone = mapOne(mapped(twins), kernel);
  expect(alone.limit).toBe("dram");
  const both = { ...twins, splitsLayers: true, beside: [{ name: "b", ...array(16, 16) }] };
  const most = mapOne(mapped(both), kernel);
  // Nothing is gained where the memory is what holds it back, and so one engine keeps it.
  expect(most.engine).not.toContain("+");
  expect(most.cycles).toBe(alone.cycles);
});

test("two extents at once where one leaves cores idle, as the scaled-out array of SCALE-Sim", () => {
  const cores = 4;
  const chip = accelerator({ ...array(16, 16), cores });
  const question = mapped({ ...array(16, 16), cores });
  for (const [m, n, k] of [
    [32, 32, 100],
    [64, 16, 9],
    [200, 40, 64],
    [17, 130, 33],
  ] as const) {
    // ISPASS 2020, eq. 5 and 6: the least of all P_R × P_C partitions.
    const fold = 16 + 16 + k - 2;
    const folds = [1, 2, 4].map(
      (rows) => Math.ceil(Math.ceil(m / rows) / 16) * Math.ceil(Math.ceil((n * rows) / cores) / 16),
    );
    const [c] = contractionsOf(matmul(m, n, k).shape);
    const { mapping } = bestOnCores(question, engineOf(chip), c!);
    expect(mapping.computeCycles).toBe(Math.min(...folds) * fold);
  }
  const [square] = contractionsOf(matmul(32, 32, 100).shape);
  expect(bestOnCores(question, engineOf(chip), square!).note).toBe(
    "Dealt out to 4 cores along its output rows and output channels.",
  );
  expect(precisionOf(chip).id).toBe("int8");
});

test("parts of a kernel hold all of its work, and together read no less than the whole", () => {
  const shapes: readonly KernelShape[] = [
    ...kernels.map(({ shape }) => shape),
    {
      ...{ kind: "attention", batch: 2, queryHeads: 8, keyHeads: 4, queryLength: 1, keyLength: 64 },
      ...{ headSize: 32, valueHeadSize: 32, isCausal: true, window: 0 },
    },
    {
      ...{ kind: "moe", tokens: 16, hidden: 64, inter: 128, experts: 8, localExperts: 8 },
      ...{ chosen: 2, isGated: true, skew: 0 },
    },
  ];
  let seen = 0;
  for (const shape of shapes) {
    const sizes = contractionsOf(shape).map(compulsory);
    const weights = sizes.reduce((sum, size) => sum + size.weights, 0);
    const inputs = sizes[0]?.inputs ?? 0;
    const kernel = kernelOf(shape, weights, weights + inputs + 100, sizes.at(-1)?.outputs ?? 0);
    for (const { extent, part } of dealingsOf(kernel, 8)) {
      const cut = Math.ceil(extent / 3);
      const [a, b] = [part(cut), part(extent - cut)];
      expect(a.macs + b.macs).toBeCloseTo(kernel.macs, 6);
      expect(a.readBytes + b.readBytes).toBeGreaterThanOrEqual(kernel.readBytes - 1e-6);
      expect(a.weightReadBytes).toBeLessThanOrEqual(kernel.weightReadBytes);
      expect(a.writeBytes + b.writeBytes).toBeGreaterThanOrEqual(kernel.writeBytes - 1e-6);
      seen += 1;
    }
  }
  expect(seen).toBeGreaterThan(20);
});

const two = smallAndWide({ wide: 16, bandwidth: "20 GB/s" });
const both = {
  ...two,
  beside: [
    ...two.beside,
    {
      name: "third",
      engine: { rows: 4, columns: 16, dataflow: "input-stationary" },
      buffers: [{ name: "sram", size: "64 KiB" }],
    },
  ],
};

test.each(["latency", "energy", "traffic"] as const)(
  "no layer is worse by %s than on its best engine, moves less than it must or uses more than there is",
  (objective) => {
    const whole = mapModel(mapped(both, objective), kernels);
    const dealt = mapModel(mapped({ ...both, splitsLayers: true }, objective), kernels);
    const chief = (mapping: KernelMapping): number =>
      objective === "latency"
        ? mapping.cycles
        : objective === "energy"
          ? mapping.energy.total
          : mapping.dramBytes;
    for (const [index, mapping] of dealt.kernels.entries()) {
      expect(chief(mapping)).toBeLessThanOrEqual(chief(whole.kernels[index]!));
      expect(mapping.dramBytes).toBeGreaterThanOrEqual(mapping.leastDramBytes - 1e-6);
      expect(mapping.utilization).toBeLessThanOrEqual(1);
      expect(mapping.engineUtilization).toBeLessThanOrEqual(1);
      expect(mapping.macs).toBeCloseTo(kernels[index]!.macs, 6);
    }
    if (objective === "latency") {
      expect(dealt.cycles).toBeLessThan(0.8 * whole.cycles);
      expect(dealt.kernels.some(({ engine }) => engine?.split(" + ").length === 3)).toBe(true);
    }
    expect(dealt.utilization).toBeLessThanOrEqual(1);
  },
);

test("at once, layers that are dealt out and layers beside one another never take longer than either alone", () => {
  const split = mapped({ ...both, splitsLayers: true });
  for (const models of [[kernels], [kernels, kernels]]) {
    const plain = schedule(mapped(both), models);
    const dealt = schedule(split, models);
    expect(dealt.cycles).toBeLessThanOrEqual(plain.cycles + 1e-6);
    expect(dealt.cycles).toBeLessThanOrEqual(dealt.turnCycles + 1e-6);
    expect(dealt.utilization).toBeLessThanOrEqual(1);
    for (const { cycles } of dealt.busy) expect(cycles).toBeLessThanOrEqual(dealt.cycles + 1e-6);
    // Readers wait for all parts.
    for (const { model, kernel, start } of dealt.kernels)
      for (const other of dealt.kernels)
        if (
          other.model === model &&
          other.kernel < kernel &&
          kernels[kernel]!.reads.some((value) => kernels[other.kernel]!.writes.includes(value))
        )
          expect(start).toBeGreaterThanOrEqual(other.end - 1e-6);
  }
});

test("experts and attention of a decoder's step go to the array and the memory together", () => {
  const question = mapped({
    ...array(64, 64),
    splitsLayers: true,
    precisions: ["bf16"],
    dram: { bandwidth: "256 GB/s" },
    beside: [
      {
        name: "pim",
        engine: {
          ...{ kind: "bank", channels: 8, banksPerChannel: 16, multipliersPerBank: 4 },
          ...{ columnCycles: 1, rowBytes: "2 KiB", activateCycles: 30, activateEnergy: "909 pJ" },
        },
        buffers: [],
      },
    ],
  });
  const moe: KernelShape = {
    ...{ kind: "moe", tokens: 32, hidden: 1024, inter: 1024, experts: 8, localExperts: 8 },
    ...{ chosen: 2, isGated: true, skew: 0 },
  };
  const weights = 2 * 8 * 3 * 1024 * 1024;
  const kernel = kernelOf(moe, weights, weights + 2 * 32 * 1024, 2 * 32 * 1024);
  const mapping = mapOne(question, kernel);
  expect(mapping.engine).toBe("array + pim");
  expect(mapping.notes[0]).toMatch(/along its 8 experts: \d on `array`, \d on `pim`/);
});
