import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { targetsOf } from "../../../server/core/accelerator/as-target.js";
import { mapModel, type ModelMapping } from "../../../server/core/accelerator/map-model.js";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { accelerator } from "./arrays.js";
import { catalogue, technology } from "./mapped.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-long-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An eighth of LLaMA-2-7B: of its layers, and of its vocabulary. */
const llama = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 11008,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  num_hidden_layers: 4,
  vocab_size: 4000,
  torch_dtype: "float16",
};

function step(targetId: string, past: number, more: object = {}): ModelMapping {
  const target = catalogue.find(targetId);
  if (target?.accelerator === undefined) throw new Error(`no target ${targetId}`);
  return stepOn(target, past, more);
}

function stepOn(target: ReturnType<typeof targetsOf>[number], past: number, more: object) {
  const file = path.join(folder, "config.json");
  writeFileSync(file, JSON.stringify({ ...llama, ...more }));
  const { value: model } = readModelFile(file, neverCancelled);
  if (model === undefined || target.accelerator === undefined) throw new Error("no model");
  const dims = new Map([
    ["sequence", 1],
    ["past", past],
    ["batch", 1],
  ]);
  const { targets } = analyze(model, { inputs: new Map(), dims }, [target], neverCancelled);
  return mapModel(target.accelerator, targets[0]?.lowered.kernels ?? []);
}

const kv4 = "alveo-u280/mapper/int2xint8-kv-int4";

test("first tokens beside a window: traffic that stops growing with the context", () => {
  const kept = { attention_sink_size: 4, attention_sink_window_size: 2044 };
  const dense = [4096, 8192].map((past) => step(kv4, past).dramBytes);
  const windowed = [4096, 8192].map((past) => step(kv4, past, kept).dramBytes);
  // 4 layers, keys and values of 4,096 elements of half a byte.
  expect((dense[1] ?? 0) - (dense[0] ?? 0)).toBeCloseTo(4096 * 4 * 2 * 4096 * 0.5, -6);
  const near = (bytes: number | undefined): number => (windowed[0] ?? 0) / (bytes ?? 0);
  expect(near(windowed[1])).toBeCloseTo(1, 3);
  // As many as a window of both together.
  const whole = step(kv4, 8192, { sliding_window: 2048 }).dramBytes;
  expect(near(whole)).toBeCloseTo(1, 3);
  const beside = step(kv4, 8192, { sliding_window: 2044, attention_sink_size: 4 }).dramBytes;
  expect(near(beside)).toBeCloseTo(1, 3);
});

test("the cache has a width of its own", () => {
  const widths = [
    { weights: "int2", activations: "int8" },
    { weights: "int2", activations: "int8", cache: "int4" },
  ].map((precision) => {
    const [target] = targetsOf(
      accelerator({ precisions: [precision], dram: { bandwidth: "303 GB/s" } }),
      technology,
    );
    if (target === undefined) throw new Error("no target");
    return { id: target.id, bytes: stepOn(target, 4096, {}).dramBytes };
  });
  expect(widths.map(({ id }) => id)).toEqual(["x/mapper/int2xint8", "x/mapper/int2xint8-kv-int4"]);
  const [wide, narrow] = widths.map(({ bytes }) => bytes);
  // Half a byte less for each element of 4,096 positions.
  expect((wide ?? 0) - (narrow ?? 0)).toBeCloseTo(4096 * 4 * 2 * 4096 * 0.5, -7);
});

test("LLaMA-2-7B on a U280: 2-bit weights against mixed ones as stated", () => {
  const rate = (id: string): number => 1 / step(`alveo-u280/mapper/${id}`, 1024).seconds;
  const acc = rate("int2xint8-kv-int4-2of4");
  // AccLLM states 2.98 times the rate of FlightLLM, whose weights have mixed widths: between those of four and of eight bits.
  expect(acc / rate("int4xint8")).toBeGreaterThan(1.7);
  expect(acc / rate("int8")).toBeLessThan(4.1);
  // At two bits a pattern of 2:4 saves multipliers, and no bytes: two bits of place for every second weight.
  expect(acc / rate("int2xint8-kv-int4")).toBeCloseTo(1, 2);
  // Of the whole model.
  expect(acc / 8).toBeGreaterThan(150);
  expect(acc / 8).toBeLessThan(175);
});

test("a window of 512 keys row by row: time and joules grow with the tokens, and keys move once", () => {
  const target = catalogue.find("window-attention-512/mapper/fp16");
  if (target?.accelerator === undefined) throw new Error("no target");
  const { accelerator: mapped } = target;
  const run = (tokens: number, window: number): ModelMapping => {
    const of = `fp16[1,1,${tokens},64]`;
    const text = `Attention(q=${of}, k=${of}, v=${of}, window=${window})`;
    const { value: model } = readOpCall(text);
    if (model === undefined) throw new Error("no model");
    const bindings = { inputs: new Map(), dims: new Map() };
    const { targets } = analyze(model, bindings, [target], neverCancelled);
    return mapModel(mapped, targets[0]?.lowered.kernels ?? []);
  };
  const [short, long] = [run(4096, 512), run(16384, 512)];
  expect(long.cycles / short.cycles).toBeCloseTo(4, 0);
  expect(long.joules / short.joules).toBeCloseTo(4, 0);
  // 64 elements for the score and the value of each row: 1,024 multipliers take 64 cycles for 512 keys.
  expect(long.cycles / 16384).toBeCloseTo(64, -0.5);
  // Queries, keys, values and results, once each.
  expect(long.dramBytes).toBe(4 * 16384 * 64 * 2);
  const dense = run(16384, 0);
  expect(dense.cycles / long.cycles).toBeGreaterThan(30);
  expect(dense.dramBytes / long.dramBytes).toBeGreaterThan(20);
});
