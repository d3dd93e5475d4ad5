import { fitFamily, type FamilyPlan } from "../edge/family.js";
import { callOf, configOf } from "../llm-models.js";
import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";

/**
 * Decoders with weights of four bits on Qualcomm's NPUs. A prompt goes through in pieces of 128 tokens: the published
 * longest time to the first token is the shortest one times the pieces of the context. Caches are as long as the context
 * from the first token on.
 */
export const set: CalibrationSet = {
  id: "qaihub_llm",
  licence: "BSD-3-Clause",
  origin: "Qualcomm AI Hub Models v0.46.1, https://github.com/quic/ai-hub-models",
  isCommittable: true,
  hasFewKeys: true,
  heldOut: ["phi-3.5-mini"],
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: (ctx, samples) => fitFamily(ctx, samples, plan),
};

const plan: FamilyPlan = {
  source: { set: "qaihub_llm", licence: "BSD-3-Clause", rows: 0, note: "release v0.46.1" },
  groupOf: (target) => target.split("/")[0] ?? "",
  crowding: -0.5,
  least: 2,
  pulls: { level: 1, weight: 0.3, group: 0.3 },
  prior: {
    calls: 1e-6,
    compute: 2,
    activations: 1,
    weights: 1.3,
    "work-attention.calls": 0,
    products: 2,
    cache: 2,
    scores: 1,
  },
};

const piece = 128;

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("qaihub_llm.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).flatMap((row): readonly Sample[] => {
    const name = names.find(([pattern]) => pattern.test(row["model"] ?? ""))?.[1];
    const config = name === undefined ? undefined : configOf(name);
    if (name === undefined || config === undefined) return [];
    const target = `${row["chipset"]}/${row["runtime"]?.replaceAll("_", "-")}/${row["precision"]}`;
    const context = Number(row["context_length"]);
    const isWhole = row["ttft_min_ms"] === row["ttft_max_ms"];
    return [
      {
        target,
        kind: "LLM decode",
        key: name,
        seconds: 1 / Number(row["tokens_per_s"]),
        subject: callOf(name, config, 1, context - 1),
      },
      {
        target,
        kind: "LLM prompt",
        key: name,
        seconds: Number(row["ttft_min_ms"]) * 1e-3 * (isWhole ? piece / context : 1),
        subject: callOf(name, config, piece, context - piece),
      },
    ];
  });
}

/** Fine-tuned descendants take what the network that they come from takes. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^llama_v3.*_8b/, "llama-3-8b"],
  [/^llama_v2_7b/, "llama-2-7b"],
  [/^phi_3_5_mini/, "phi-3.5-mini"],
  [/^qwen2_7b/, "qwen2-7b"],
  [/^baichuan2_7b/, "baichuan2-7b"],
  [/^plamo_1b/, "plamo-1b"],
];
