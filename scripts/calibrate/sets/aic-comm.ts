import { kernelModel } from "../../../server/core/cost/calibrated/models/gpu-collective.js";
import { systemTarget } from "../aic-systems.js";
import { parseCsv } from "../csv.js";
import { fitByChip } from "../fit-by-chip.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";
import { categories, fitKriging, matern, type TableFile } from "../train/kriging.js";
import { fitTrees } from "../train/trees.js";
import type { Rows } from "../train/matrix.js";

/** Exchanges between the GPUs of a node. Keys are (collective, devices, bytes). */
export const set: CalibrationSet = {
  id: "aic_comm",
  licence: "Apache-2.0",
  origin:
    "AIConfigurator operator data, https://github.com/ai-dynamo/aiconfigurator: NCCL tests, oneCCL, custom all-reduces",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: (ctx, samples) =>
    fitByChip(
      ctx,
      set,
      samples,
      [
        {
          model: kernelModel,
          plan: {
            inputs: ["exchange", "element-bytes", "log-group", "log-bytes"],
            terms: ["log-crossing"],
            // Curves are smooth, but for where the library changes its protocol, which trees see.
            train: (rows, targets) => ({
              kind: "sum",
              scale: 0.5,
              parts: [
                fitCurves(rows, targets),
                fitTrees(rows, targets, { count: 200, leafRows: 2, rate: 0.1, featureShare: 1 }),
              ],
            }),
          },
        },
      ],
      () => [
        "bf16",
        "bf16-kv-fp8",
        "fp16",
        "fp8",
        "fp8-block",
        "nvfp4",
        "w4a16-mxfp4",
        "w4a8-mxfp4-mxfp8",
        "int8-wo",
        "int4-wo",
        "sq",
      ],
    ),
};

/**
 * Time over size is a curve for every exchange, library and number of devices, of which every other point was measured;
 * others on the same chip have about the same form.
 */
function fitCurves(rows: Rows, targets: Float64Array): TableFile {
  const column = (at: number): readonly number[] => rows.map((row) => row[at] ?? 0);
  const bytes = column(3);
  const first = Math.floor(Math.min(...bytes));
  const sizes = Math.ceil(Math.max(...bytes)) - first + 1;
  const names = (at: number): readonly number[] => [...new Set(column(at))].sort((a, b) => a - b);
  return fitKriging(rows, targets, {
    wide: 1,
    local: 0.15,
    noise: 0.02,
    axes: [
      { points: names(0), wide: categories(0.5), local: categories(0.2) },
      { points: names(1), wide: categories(1), local: categories(0.95) },
      { points: names(2), wide: matern(3), local: matern(1.5) },
      {
        points: Array.from({ length: sizes }, (_, index) => first + index),
        wide: matern(8),
        local: matern(3),
      },
    ],
  });
}

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("aic_comm.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).map((row) => {
    const collective = row["collective"] ?? "";
    const bytes = Number(row["message_bytes"]);
    const group = Number(row["gpus"]);
    const isBytes = row["dtype"] === "int8";
    const message = bytes / (isBytes ? 1 : 2);
    const elements =
      collective === "all_gather" ? Math.max(1, Math.round(message / group)) : message;
    const library = row["library"] ?? "";
    return {
      target: systemTarget(
        row["system"] ?? "",
        row["system"] === "b60" ? "vllm" : "trtllm",
        "bf16",
      ),
      kind: names[collective] ?? collective,
      key: `${collective},${group},${bytes}`,
      seconds: Number(row["latency_us"]) * 1e-6,
      subject: {
        kind: "op",
        text: `${names[collective]}(${isBytes ? "int8" : "fp16"}[${elements}], group=${group}, library=${library.includes("ccl") ? "nccl" : "custom"})`,
      },
    };
  });
}

const names: Readonly<Record<string, string>> = {
  all_reduce: "AllReduce",
  all_gather: "AllGather",
  reduce_scatter: "ReduceScatter",
  alltoall: "AllToAll",
};
