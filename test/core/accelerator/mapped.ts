import { targetsOf, type MappedAccelerator } from "../../../server/core/accelerator/as-target.js";
import type { Technology } from "../../../server/core/accelerator/technology.js";
import type { Objective } from "../../../server/core/accelerator/tiling.js";
import type { Catalogue } from "../../../server/core/targets/target.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";
import { realAnalysis } from "../../kit/real-analysis.js";
import { accelerator } from "./arrays.js";

export const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
export const technology = technologyOf(catalogue);

const resnet8 = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const analysis = await realAnalysis(resnet8, ["gemmini-16/mapper/int8"]);
/** Those of a small residual network. */
export const kernels = analysis.targets[0]?.lowered.kernels ?? [];

/** An accelerator, from the fields of its file that a case speaks of, as a target that kernels are mapped on. */
export function mapped(
  fields: Readonly<Record<string, unknown>>,
  objective: Objective = "latency",
): MappedAccelerator {
  const [target] = targetsOf(accelerator(fields), technology, objective);
  if (target?.accelerator === undefined) throw new Error("No target.");
  return target.accelerator;
}

/** A small array of 8 × 8, and beside it a wider one that takes windows of 3 × 3 alone, at half of the clock. */
export function smallAndWide({
  wide,
  bandwidth,
}: {
  readonly wide: number;
  readonly bandwidth: string;
}) {
  return {
    engine: { rows: 8, columns: 8, dataflow: "weight-stationary" },
    buffers: [{ name: "sram", size: "256 KiB" }],
    dram: { bandwidth },
    beside: [
      {
        name: "wide",
        clock: "500 MHz",
        engine: { rows: wide, columns: wide, dataflow: "output-stationary" },
        buffers: [{ name: "sram", size: "64 KiB" }],
        runs: ["convolution-3x3"],
      },
    ],
  };
}

function technologyOf({ technology: table }: Catalogue): Technology {
  if (table === undefined) throw new Error("There is no technology table.");
  return table;
}
