import { expect, test } from "vitest";
import { targetsOf, type MappedAccelerator } from "../../../server/core/accelerator/as-target.js";
import {
  crossingWeights,
  planOf,
  type Overlap,
  type StackPlan,
} from "../../../server/core/accelerator/fusion/plan.js";
import { tilesAlong } from "../../../server/core/accelerator/fusion/regions.js";
import {
  lastReadersOf,
  stacksFrom,
  type Stack,
} from "../../../server/core/accelerator/fusion/stack.js";
import { mapModel, type ModelMapping } from "../../../server/core/accelerator/map-model.js";
import type { Objective } from "../../../server/core/accelerator/tiling.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import { realAnalysis, realCatalogue } from "../../kit/real-analysis.js";
import { accelerator } from "./arrays.js";
import { chain, type Layer } from "./chains.js";
import { runTiles } from "./tile-by-tile.js";

const { technology } = await realCatalogue();

const conv = (channels: number, window = 3, more: Partial<Layer> = {}): Layer => ({
  ...{ kind: "conv", window, channels, padding: Math.floor(window / 2) },
  ...more,
});
const pool = (window: number, stride: number): Layer => ({ kind: "pool", window, stride });

function wholeStack(kernels: readonly Kernel[]): Stack {
  const stack = stacksFrom(kernels, 0, lastReadersOf(kernels)).at(-1);
  if (stack?.last !== kernels.length - 1) throw new Error("No stack of all.");
  return stack;
}

function planned(stack: Stack, [rows, columns]: readonly [number, number], overlap: Overlap) {
  return planOf(
    stack,
    { isDoubleBuffered: false },
    {
      rows: tilesAlong(stack, "rows", rows),
      columns: tilesAlong(stack, "columns", columns),
      ...{ overlap, keepsWeights: true },
    },
  );
}

test("VGGNet-E's first five convolutions move 3.6 MB with 362 KB between tiles (Alwani et al., Fused-Layer CNN Accelerators, MICRO 2016, abstract)", () => {
  const kernels = chain({ size: 224, channels: 3, bytes: 4 }, [
    ...[conv(64), conv(64), pool(2, 2)],
    ...[conv(128), conv(128), pool(2, 2), conv(256)],
  ]);
  const plan = planned(wholeStack(kernels), [1, 1], "kept");
  expect(plan.activationBytes / 2 ** 20).toBeCloseTo(3.6, 1);
  expect(plan.keptBytes / 362e3).toBeGreaterThan(0.97);
  expect(plan.keptBytes / 362e3).toBeLessThan(1.03);
  expect(plan.repeats).toEqual([1, 1, 1, 1, 1, 1, 1]);
});

const small: readonly (readonly Layer[])[] = [
  [conv(2), conv(3)],
  [conv(2, 3, { stride: 2 }), conv(2, 5), conv(1)],
  [conv(2, 2), pool(2, 2), conv(3)],
  [conv(2), conv(2, 3, { stride: 3 })],
];

test.each(small.map((layers, index) => [index, layers] as const))(
  "what tiles compute, fetch and keep is what running them position by position does (chain %i)",
  (_, layers) => {
    const kernels = chain({ size: 13, channels: 2, bytes: 1 }, layers);
    const stack = wholeStack(kernels);
    for (const size of [
      [1, 1],
      [2, 3],
      [3, 13],
      [5, 4],
    ] as const)
      for (const overlap of ["kept", "columns-kept", "made-again"] as const) {
        const plan: StackPlan = planned(stack, size, overlap);
        const run = runTiles(stack, size, overlap);
        expect(plan.activationBytes).toBeCloseTo(run.movedBytes, 6);
        for (const [index, repeat] of plan.repeats.entries())
          expect(repeat).toBeCloseTo(run.repeats[index] ?? NaN, 9);
        // Whole rows are kept, also the corner that a tile has just used.
        expect(plan.keptBytes).toBeGreaterThanOrEqual(run.keptBytes - 1e-6);
      }
  },
);

test("weights that do not stay come once a tile", () => {
  const stack = wholeStack(chain({ size: 12, channels: 4, bytes: 1 }, [conv(8), conv(8)]));
  const plan = planned(stack, [3, 12], "kept");
  expect(crossingWeights(plan)).toBe(4 * 8 * 9 + 8 * 8 * 9);
  expect(crossingWeights({ ...plan, keepsWeights: false })).toBe(4 * (4 * 8 * 9 + 8 * 8 * 9));
});

function mapped(size: string, objective: Objective, fusesLayers: boolean): MappedAccelerator {
  if (technology === undefined) throw new Error("There is no technology table.");
  const whole = accelerator({
    engine: { rows: 32, columns: 32, dataflow: "weight-stationary" },
    buffers: [
      { name: "accumulators", size: "64 KiB", holds: ["outputs"] },
      { name: "sram", size },
    ],
    dram: { bandwidth: "4 GB/s" },
    fusesLayers,
  });
  const target = targetsOf(whole, technology, objective)[0]?.accelerator;
  if (target === undefined) throw new Error("No target.");
  return target;
}

const resnet8 = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const analysis = await realAnalysis(resnet8, ["gemmini-16/mapper/int8"]);
const branching = analysis.targets[0]?.lowered.kernels ?? [];
const straight = chain({ size: 64, channels: 3, bytes: 1 }, [
  ...[conv(32), conv(32), pool(2, 2), conv(64), conv(64)],
]);

function figureOf({ cycles, dramBytes, joules }: ModelMapping, objective: Objective): number {
  return { latency: cycles, traffic: dramBytes, energy: joules }[objective];
}

test.each(["latency", "traffic", "energy"] as const)(
  "tile by tile is never worse in %s, whatever the buffer, and moves no less than must cross",
  (objective) => {
    for (const kernels of [branching, straight])
      for (const size of ["4 KiB", "24 KiB", "256 KiB"]) {
        const fused = mapModel(mapped(size, objective, true), kernels);
        const alone = mapModel(mapped(size, objective, false), kernels);
        const before = figureOf(alone, objective);
        expect(figureOf(fused, objective)).toBeLessThanOrEqual(before * (1 + 1e-9));
        for (const mapping of fused.kernels) {
          expect(mapping.dramBytes).toBeGreaterThanOrEqual(mapping.leastDramBytes - 1e-6);
          expect(mapping.utilization).toBeLessThanOrEqual(1);
        }
        const cycles = fused.kernels.reduce((sum, mapping) => sum + mapping.cycles, 0);
        expect(cycles).toBeCloseTo(fused.cycles, 3);
        for (const { plan } of fused.stacks) {
          const weights = plan.keepsWeights ? plan.weightBytes : 0;
          expect(plan.tileBytes + plan.keptBytes + weights).toBeLessThanOrEqual(
            Number.parseFloat(size) * (size.endsWith("MiB") ? 2 ** 20 : 2 ** 10),
          );
        }
      }
  },
);

test("where all fits, only the weights, the image and the result cross to the DRAM", () => {
  // Up to the pooling: a change of layout comes after it.
  for (const kernels of [branching.slice(0, 10), straight]) {
    const { dramBytes, stacks } = mapModel(mapped("16 MiB", "traffic", true), kernels);
    const weights = kernels.reduce((sum, { weightReadBytes }) => sum + weightReadBytes, 0);
    const image = (kernels[0]?.readBytes ?? NaN) - (kernels[0]?.weightReadBytes ?? NaN);
    expect(stacks).toHaveLength(1);
    expect(dramBytes).toBeCloseTo(weights + image + (kernels.at(-1)?.writeBytes ?? NaN), 3);
  }
});

test("a buffer between the two takes tiles: a fifth of the traffic of whole maps at most", () => {
  const { stacks } = mapModel(mapped("96 KiB", "traffic", true), straight);
  const [first] = stacks;
  expect(first?.plan.tileCount).toBeGreaterThan(1);
  expect(first?.mapping.dramBytes).toBeLessThan(0.2 * (first?.alone.dramBytes ?? 0));
});

test("what strides skip is fetched and computed as where layers run one after the other", () => {
  const kernels = chain({ size: 16, channels: 2, bytes: 1 }, [conv(2), conv(2, 1, { stride: 2 })]);
  for (const overlap of ["kept", "made-again"] as const)
    for (const size of [1, 3, 8] as const) {
      const plan = planned(wholeStack(kernels), [size, size], overlap);
      for (const repeat of plan.repeats) expect(repeat).toBeGreaterThanOrEqual(1);
      expect(plan.activationBytes).toBeGreaterThanOrEqual(2 * 16 ** 2 + 2 * 8 ** 2);
    }
});

test("kernels whose pieces are unknown, and values of other extents, end a stack", () => {
  const [first, second, third] = chain({ size: 16, channels: 4, bytes: 1 }, [
    ...[conv(4), conv(4), conv(4)],
  ]);
  if (first === undefined || second === undefined || third === undefined) throw new Error("chain");
  const lastOf = (kernels: readonly Kernel[]): number =>
    stacksFrom(kernels, 0, lastReadersOf(kernels)).at(-1)?.last ?? 0;
  expect(lastOf([first, second, third])).toBe(2);
  const sorted: Kernel = { ...third, shape: { kind: "sort", rows: 1, columns: 1024 } };
  expect(lastOf([first, second, sorted])).toBe(1);
  const other = chain({ size: 14, channels: 4, bytes: 1 }, [conv(4)]);
  expect(lastOf([first, { ...(other[0] ?? third), reads: [1], writes: [2] }])).toBe(0);
});
