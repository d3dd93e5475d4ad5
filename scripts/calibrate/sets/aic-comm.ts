import { kernelModel } from "../../../server/core/cost/calibrated/models/gpu-collective.js";
import { systemTarget } from "../aic-systems.js";
import { parseCsv } from "../csv.js";
import { fitByChip } from "../fit-by-chip.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";
import { fitTrees } from "../train/trees.js";

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
            terms: ["log-crossing"],
            train: (rows, targets) =>
              fitTrees(rows, targets, { count: 200, leafRows: 2, rate: 0.1, featureShare: 0.8 }),
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
