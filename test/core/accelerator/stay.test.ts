import { expect, test } from "vitest";
import { targetsOf } from "../../../server/core/accelerator/as-target.js";
import { decodeAccelerator } from "../../../server/core/accelerator/decode-accelerator.js";
import { KernelMapper } from "../../../server/core/accelerator/kernel-mapper.js";
import { mapModel, type ModelMapping } from "../../../server/core/accelerator/map-model.js";
import type { Objective } from "../../../server/core/accelerator/tiling.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";
import { realAnalysis } from "../../kit/real-analysis.js";
import { accelerator } from "./arrays.js";

const {
  value: { technology },
} = await loadCatalogue({ dataFolder: await findDataFolder(), chipFolders: [] });

const resnet8 = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const analysis = await realAnalysis(resnet8, ["gemmini-16/mapper/int8"]);
const kernels = analysis.targets[0]?.lowered.kernels ?? [];

function mapped(size: string, keepsActivations: boolean, objective: Objective = "latency") {
  if (technology === undefined) throw new Error("There is no technology table.");
  const whole = accelerator({
    buffers: [
      { name: "accumulators", size: "64 KiB", holds: ["outputs"] },
      { name: "sram", size, keepsActivations },
    ],
    dram: { bandwidth: "2 GB/s" },
  });
  const [target] = targetsOf(whole, technology, objective);
  if (target?.accelerator === undefined) throw new Error("No target.");
  return target.accelerator;
}

function mapOn(size: string, keeps: boolean, objective?: Objective): ModelMapping {
  return mapModel(mapped(size, keeps, objective), kernels);
}

test("where everything fits, only the weights, the image and the result cross to the DRAM", () => {
  const { dramBytes } = mapOn("8 MiB", true, "traffic");
  const weights = kernels.reduce((sum, { weightReadBytes }) => sum + weightReadBytes, 0);
  const first = kernels[0];
  const last = kernels.at(-1);
  const image = (first?.readBytes ?? NaN) - (first?.weightReadBytes ?? NaN);
  expect(dramBytes).toBeCloseTo(weights + image + (last?.writeBytes ?? NaN), 3);
  // Without, every activation goes out and comes back.
  expect(mapOn("8 MiB", false, "traffic").dramBytes).toBeGreaterThan(3 * dramBytes);
});

test.each(["latency", "traffic", "energy"] as const)(
  "keeping never makes %s worse, whatever the size, and moves no less than what remains",
  (objective) => {
    const figure = ({ cycles, dramBytes, joules }: ModelMapping): number =>
      ({ latency: cycles, traffic: dramBytes, energy: joules })[objective];
    for (const size of ["2 KiB", "12 KiB", "40 KiB", "64 KiB", "160 KiB", "1 MiB"]) {
      const keeping = mapOn(size, true, objective);
      expect(figure(keeping)).toBeLessThanOrEqual(
        figure(mapOn(size, false, objective)) * (1 + 1e-9),
      );
      for (const mapping of keeping.kernels) {
        expect(mapping.dramBytes).toBeGreaterThanOrEqual(mapping.leastDramBytes - 1e-6);
        expect(mapping.utilization).toBeLessThanOrEqual(1);
      }
    }
  },
);

test("a kernel says what it finds and leaves, and equal kernels may differ", () => {
  const question = mapped("8 MiB", true);
  const mapper = new KernelMapper(question, kernels);
  expect(mapper.isPositional).toBe(true);
  const notes = kernels.map((kernel) => mapper.map(kernel).notes.join(" "));
  expect(notes[0]).toMatch(/^It leaves 16 KiB in `sram`: no DRAM\.$/);
  expect(notes.at(1)).toMatch(/^It finds 16 KiB in `sram` and leaves 16 KiB there: no DRAM\.$/);
  expect(new KernelMapper(mapped("8 MiB", false), kernels).isPositional).toBe(false);
});

test("only a buffer of inputs and outputs can keep them", () => {
  const { value, problems } = decodeAccelerator({
    ...{ id: "x", clock: "1 GHz", node: 28, precisions: ["int8"] },
    engine: { rows: 4, columns: 4, dataflow: "weight-stationary" },
    buffers: [{ name: "w", size: "1 MiB", holds: ["weights"], keepsActivations: true }],
  });
  expect(value).toBeUndefined();
  expect(problems.map(({ message }) => message).join()).toMatch(/keepsActivations/);
});
