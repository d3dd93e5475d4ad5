import { systemTarget } from "../aic-systems.js";
import { parseCsv } from "../csv.js";
import { callOf, configOf } from "../llm-models.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";

/**
 * Language models served on one device or several, end to end: nothing is fitted to these rows, they judge what fits of kernels add up
 * to. A device that serves C texts makes one step of all of them for each token, and in the meantime reads the prompts
 * of those that take the place of texts that have come to their end: C / output length for each step.
 */
export const set: CalibrationSet = {
  id: "llm_serving",
  licence: "Apache-2.0",
  origin:
    "Serving sample of AIConfigurator, https://github.com/ai-dynamo/aiconfigurator, and TensorRT-LLM's performance overview, https://github.com/NVIDIA/TensorRT-LLM: judged, not fitted",
  isCommittable: true,
  heldOut: ["Llama-3.1-8B", "Llama-3.1-70B", "gpt-oss-120b"],
  samples: (ctx) => Promise.resolve([...measuredSteps(ctx), ...peakThroughputs(ctx)]),
  fit: () => Promise.resolve([]),
};

/** Seconds for each output token at a number of texts at once. Where texts wait, fewer are served than were sent. */
function measuredSteps(ctx: CalibrationContext): readonly Sample[] {
  return parseCsv(ctx.text("aic_e2e.calib.csv") ?? "").flatMap((row): Sample[] => {
    const name = (row["model"] ?? "").split("/").at(-1) ?? "";
    const config = configOf(name);
    const isOneGroup = row["dp"] === "1" && row["pp"] === "1";
    const devices = Number(row["tp"]);
    const isSound = row["mode"] === "agg" && (row["cfg"] === "ok" || row["cfg"] === "fixed");
    if (config === undefined || !isOneGroup || !isSound) return [];
    if (Number(row["ttft_ms"]) > queueing) return [];
    const system = row["system"] ?? "";
    // What the sample calls nvfp4 are gpt-oss' own weights, in MXFP4.
    const precision =
      name === "gpt-oss-120b"
        ? system.startsWith("b")
          ? "w4a8_mxfp4_mxfp8"
          : "w4a16_mxfp4"
        : (row["gemm_dtype"] ?? "");
    const [texts, input, output] = [row["concurrency"], row["isl"], row["osl"]].map(Number);
    if (texts === undefined || input === undefined || output === undefined) return [];
    return [
      {
        target: systemTarget(system, row["framework"] ?? "", precision),
        kind: devices === 1 ? "LLM serving, a token" : "LLM serving on several devices",
        key: name,
        seconds: Number(row["tpot_ms"]) * 1e-3,
        subject: callOf(name, config, 1, input + output / 2, texts, devices),
        more: [{ count: texts / output, subject: callOf(name, config, input, 0, 1, devices) }],
      },
    ];
  });
}

/** Milliseconds to the first token, more than any prompt of the sample takes by itself. */
const queueing = 10_000;

/**
 * All that a device can serve: as many texts as the cache has room for, in nine tenths of what weights leave
 * (`free_gpu_memory_fraction`), at most 2,048 (`max_batch_size`; TensorRT-LLM's defaults). One round brings all to their end.
 */
function peakThroughputs(ctx: CalibrationContext): readonly Sample[] {
  return parseCsv(ctx.text("trtllm_throughput.calib.csv") ?? "").flatMap((row): Sample[] => {
    const name = row["model"] ?? "";
    const config = configOf(name);
    const [chip = "", parallel = "", precision = ""] = (row["config"] ?? "").split(" ");
    const id = systemTarget(`${chip.toLowerCase()}_sxm`, "trtllm", precision.toLowerCase());
    const target = ctx.target(id);
    if (config === undefined || parallel !== "TP1" || target === undefined) return [];
    const [input, output] = [Number(row["isl"]), Number(row["osl"])];
    const { chip: device, runtime } = target;
    const free =
      (device.memories.at(-1)?.size.value ?? 0) - llama8bBytes - runtime.memoryOverhead.value;
    const texts = Math.min(
      2048,
      Math.floor((0.9 * free) / (llama8bCacheBytes * (input + output / 2))),
    );
    const together = Math.max(1, Math.round(readTogether / input));
    return [
      {
        target: id,
        kind: "LLM serving, full load",
        key: name,
        seconds: (texts * output) / Number(row["output_tokens_per_s"]) / output,
        subject: callOf(name, config, 1, input + output / 2, texts),
        more: [
          {
            count: texts / together / output,
            subject: callOf(name, config, input, 0, together),
          },
        ],
      },
    ];
  });
}

/** Weights in fp8, embeddings in bf16; keys and values of a token in fp8. */
const llama8bBytes = 9.1e9;
const llama8bCacheBytes = 2 * 32 * 8 * 128;

/** Tokens of prompts in one call (`max_num_tokens`). */
const readTogether = 8192;
