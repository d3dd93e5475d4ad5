import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { mapModel } from "../../../server/core/accelerator/map-model.js";
import { schedule } from "../../../server/core/accelerator/schedule.js";
import type { TargetAnalysis } from "../../../server/core/analysis.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-decoders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function decoder(
  config: Readonly<Record<string, unknown>>,
  targets: readonly string[],
  dims: Readonly<Record<string, number>>,
): Promise<readonly TargetAnalysis[]> {
  const file = path.join(folder, "config.json");
  writeFileSync(file, JSON.stringify(config));
  const analysis = await realAnalysis(path.relative(process.cwd(), file), targets, {
    dims: new Map(Object.entries(dims)),
  });
  return analysis.targets;
}

function mappingOf({ target, lowered }: TargetAnalysis) {
  if (target.accelerator === undefined) throw new Error("no accelerator");
  return mapModel(target.accelerator, lowered.kernels);
}

const gpt2 = { model_type: "gpt2", vocab_size: 50257, n_positions: 1024 };

/**
 * PIM-GPT (Wu et al. 2023), abstract: 41 to 137 times as fast as a GPU and 339 to 1085 times as thrifty on eight models up to 1.4 billion
 * parameters. The GPU here is a T4 under PyTorch in float32, which is what ran then as far as is known.
 */
test.each([
  [768, 12, 12],
  [1600, 25, 48],
])(
  "GPT-2 of width %i on multiplying GDDR6 beats a T4 as PIM-GPT reports",
  async (width, heads, layers) => {
    const config = { ...gpt2, n_embd: width, n_head: heads, n_layer: layers };
    const [memory, gpu] = await decoder(
      config,
      ["gddr6-pim/mapper/bf16", "nvidia-t4/pytorch-eager/fp32"],
      { past: 512 },
    );
    const mapping = mappingOf(memory!);
    const speedUp = gpu!.latency!.value / mapping.seconds;
    expect(speedUp).toBeGreaterThan(41);
    expect(speedUp).toBeLessThan(137);
    // Energy is the coarser number on both sides.
    const saving = gpu!.energy!.value / mapping.joules;
    expect(saving).toBeGreaterThan(339);
    expect(saving).toBeLessThan(2 * 1085);
  },
);

test("keys and values are multiplied where they lie: only new ones and results cross to the DRAM", async () => {
  const config = { ...gpt2, n_embd: 768, n_head: 12, n_layer: 12 };
  const [short] = await decoder(config, ["gddr6-pim/mapper/bf16"], { past: 64 });
  const [long] = await decoder(config, ["gddr6-pim/mapper/bf16"], { past: 1000 });
  expect(mappingOf(long!).dramBytes).toBe(mappingOf(short!).dramBytes);
  expect(mappingOf(long!).cycles).toBeGreaterThan(mappingOf(short!).cycles);
});

/** Duplex (Yun et al., MICRO 2024): attention of grouped queries has as many operations a byte as queries share a key, 4 to 8. */
test("one token of a mixture of experts goes to the memory, a prompt's products to the array", async () => {
  const config = {
    ...{ model_type: "mixtral", hidden_size: 1024, intermediate_size: 3584 },
    ...{ num_attention_heads: 32, num_key_value_heads: 8, num_hidden_layers: 2 },
    ...{ num_local_experts: 8, num_experts_per_tok: 2, vocab_size: 32000 },
    max_position_embeddings: 4096,
  };
  const id = "array-and-pim/mapper/bf16";
  const [step] = await decoder(config, [id], { past: 1024 });
  const [prompt] = await decoder(config, [id], { sequence: 1024, past: 0 });
  const busy = (analysis: TargetAnalysis) =>
    new Map(
      schedule(analysis.target.accelerator!, [analysis.lowered.kernels]).busy.map(
        ({ engine, cycles }) => [engine, cycles],
      ),
    );
  expect(busy(step!).get("pim")).toBeGreaterThan(4 * busy(step!).get("array")!);
  expect(busy(prompt!).get("array")).toBeGreaterThan(4 * busy(prompt!).get("pim")!);
  // A prompt of one user beside another's token: both engines have work.
  const both = schedule(step!.target.accelerator!, [
    step!.lowered.kernels,
    prompt!.lowered.kernels,
  ]);
  expect(both.cycles).toBeLessThan(both.turnCycles);
});

/** Marsellus (Conti et al. 2024), abstract: up to 637 Gop/s of 2 bits on its engine for windows, 180 in software. */
test("Marsellus' engine takes the windows that it is for, near its published rate at best", async () => {
  const analysis = await realAnalysis("test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx", [
    "marsellus/mapper/int2",
  ]);
  const [on] = analysis.targets;
  const { kernels } = mappingOf(on!);
  const rate = (engine: string): number =>
    Math.max(
      ...kernels
        .filter((kernel) => kernel.engine === engine)
        .map(({ macs, cycles }) => (2 * macs * 420e6) / cycles),
    );
  expect(rate("rbe") / 637e9).toBeGreaterThan(0.8);
  expect(rate("rbe") / 637e9).toBeLessThan(1.25);
  expect(rate("array") / 180e9).toBeLessThan(1.2);
  expect(kernels.filter(({ engine }) => engine === "rbe").length).toBeGreaterThan(3);
});
