import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { cacheError, type ChannelScales } from "../../../server/core/quant/cache/cache-error.js";
import { cacheBits } from "../../../server/core/quant/cache/cache-format.js";
import { modelChoices } from "../../../server/core/quant/plan/choices.js";
import { groupLayers } from "../../../server/core/quant/plan/groups.js";
import { cacheTable } from "../../../server/core/views/text/cache-text.js";
import { loadCacheFormats } from "../../../server/io/cache-format-files.js";
import { loadFormats } from "../../../server/io/format-files.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { realCatalogue } from "../../kit/real-analysis.js";
import { scheme } from "../../core/quant/format-kit.js";
import { gaussian } from "../../core/quant/random-numbers.js";

const dataFolder = path.resolve(import.meta.dirname, "../../../server/data");
const table = loadFormats(dataFolder).value;
const { value: formats, problems } = loadCacheFormats(dataFolder, table);
const format = (id: string) => formats.find((one) => one.id === id)!;

/** One head of 64 channels, one of which is `outlier` times as large as the others. */
function scales(outlier: number): ChannelScales {
  const key = new Float32Array(64).fill(1);
  key[7] = outlier;
  const flat = new Float32Array(64).fill(1);
  const keyMean = new Float32Array(64);
  return { key, value: flat, query: flat, keyMean, headSize: 64, isRotary: false };
}

test("all files of cache formats can be read", () => {
  expect(problems).toEqual([]);
  expect(formats.length).toBeGreaterThan(5);
});

test("keys with an outlier channel want scales by channel, values do not care (KIVI, arXiv 2402.02750, table 1)", () => {
  const byToken = { ...format("kv-kivi-2"), key: format("kv-kivi-2").value };
  const wild = scales(20);
  const own = cacheError(format("kv-kivi-2"), wild, 4096);
  const other = cacheError(byToken, wild, 4096);
  expect(own.scoreVariance).toBeLessThan(other.scoreVariance / 2);
  const four = format("kv-kivi-4");
  const fourByToken = cacheError({ ...four, key: four.value }, wild, 4096);
  expect(cacheError(four, wild, 4096).scoreVariance).toBeLessThan(fourByToken.scoreVariance / 4);
  expect(own.valueError).toBeCloseTo(other.valueError, 9);
  // Without outliers there is little between them.
  const even = cacheError(format("kv-kivi-2"), scales(1), 4096).scoreVariance;
  const evenByToken = cacheError(byToken, scales(1), 4096).scoreVariance;
  expect(even / evenByToken).toBeGreaterThan(0.7);
  expect(even / evenByToken).toBeLessThan(1.4);
});

test("rotation spreads an outlier over two channels: keys before it are easier to keep (KVQuant, arXiv 2401.18079, section 3.2)", () => {
  const before = cacheError(format("kv-kivi-2"), scales(20), 4096).scoreVariance;
  const after = cacheError(format("kv-kivi-2"), { ...scales(20), isRotary: true }, 4096);
  expect(after.scoreVariance).toBeGreaterThan(before);
});

test("bits of an element count scales and the tokens in full precision", () => {
  expect(cacheBits(format("kv-q8_0"), 128, 4096, 16)).toBe(8.5);
  expect(cacheBits(format("kv-q4_0"), 128, 4096, 16)).toBe(4.5);
  expect(cacheBits(format("kv-u8"), 128, 4096, 16)).toBe(8 + 32 / 128);
  const kivi = cacheBits(format("kv-kivi-2"), 128, 4096, 16);
  const group = scheme("uint2-g32").bits;
  expect(kivi).toBeCloseTo((128 * 16 + 3968 * group) / 4096, 9);
});

/** A Llama of two layers with its weights beside it, keys of whose first layer have one channel that stands out. */
function smallLlama(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-cache-"));
  const [hidden, inner, words, kept] = [128, 256, 64, 64];
  const entries: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  const add = (name: string, shape: number[], data: Float32Array): void => {
    entries[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    parts.push(new Uint8Array(data.buffer));
    offset += data.byteLength;
  };
  let seed = 1;
  const linear = (name: string, to: number, from: number, outlier = 1): void => {
    const data = gaussian(to * from, seed++).map((one) => one / Math.sqrt(from));
    for (let column = 0; column < from; column++) data[5 * from + column]! *= outlier;
    add(`${name}.weight`, [to, from], data);
  };
  const norm = (name: string): void => add(name, [hidden], new Float32Array(hidden).fill(1));
  linear("model.embed_tokens", words, hidden);
  for (const layer of [0, 1]) {
    const name = `model.layers.${layer}`;
    norm(`${name}.input_layernorm.weight`);
    linear(`${name}.self_attn.q_proj`, hidden, hidden);
    linear(`${name}.self_attn.k_proj`, kept, hidden, layer === 0 ? 30 : 1);
    linear(`${name}.self_attn.v_proj`, kept, hidden);
    linear(`${name}.self_attn.o_proj`, hidden, hidden);
    norm(`${name}.post_attention_layernorm.weight`);
    linear(`${name}.mlp.gate_proj`, inner, hidden);
    linear(`${name}.mlp.up_proj`, inner, hidden);
    linear(`${name}.mlp.down_proj`, hidden, inner);
  }
  norm("model.norm.weight");
  linear("lm_head", words, hidden);
  const header = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(path.join(folder, "model.safetensors"), Buffer.concat([length, header, ...parts]));
  const config = {
    model_type: "llama",
    hidden_size: hidden,
    intermediate_size: inner,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: words,
    max_position_embeddings: 4096,
  };
  const file = path.join(folder, "config.json");
  writeFileSync(file, JSON.stringify(config));
  return file;
}

test("a decoder's cache is planned beside its weights: bytes, seconds and risk by format", async () => {
  const file = smallLlama();
  const read = readModelFile(file).value!;
  const inferred = inferModel(
    read,
    { inputs: new Map(), dims: new Map([["past", 2048]]) },
    neverCancelled,
  );
  const schemes = ["int8", "fp8-e4m3"].map((id) => scheme(id));
  const { result } = await quantify({
    model: inferred.model,
    modelPath: file,
    schemes,
    activationSchemes: [],
    cacheFormats: formats,
    cancel: neverCancelled,
  });
  // All products of both blocks, the table and the scores.
  expect(result.layers).toHaveLength(16);
  const layers = result.caches?.layers ?? [];
  expect(
    layers.map(({ cache: { keyHeads, headSize, isRotary } }) => [keyHeads, headSize, isRotary]),
  ).toEqual([
    [2, 32, true],
    [2, 32, true],
  ]);
  expect(layers[0]?.keySpread).toBeGreaterThan(10);
  expect(layers[1]?.keySpread).toBeLessThan(2);
  const catalogue = await realCatalogue();
  const target = catalogue.find("amd-mi300x/vllm/bf16")!;
  const choices = modelChoices(inferred, target, result, undefined, catalogue, neverCancelled);
  const caches = choices.layers.filter(({ isCache }) => isCache === true);
  expect(caches).toHaveLength(2);
  const [own, fp8] = caches[0]?.choices ?? [];
  expect([own?.schemeId, fp8?.schemeId]).toEqual(["", "kv-fp8"]);
  // Keys and values of two heads of 32 for 2048 tokens: two bytes each, and one.
  expect(own?.bytes).toBe(2 * 2 * 32 * 2048 * 2);
  expect(fp8?.bytes).toBe(2 * 2 * 32 * 2048);
  expect(fp8?.seconds).toBeLessThan(own?.seconds ?? 0);
  expect(fp8?.risk).toBeGreaterThan(0);
  const groups = groupLayers(inferred.model.graph, choices.layers, { sharesInput: true });
  const cacheIndices = choices.layers.flatMap(({ isCache }, index) => (isCache ? [index] : []));
  expect(groups).toContainEqual(cacheIndices);
  const text = cacheTable({ result, choices, support: undefined }, caches[0]?.nodeId ?? -1);
  expect(text).toMatch(/\| kv-fp8 \| \d+(\.\d+)? dB \| \d+(\.\d+)? dB \| [\d.]+ [µn]s \| /);
  expect(text).toMatch(/largest channel of the keys has \d+ times/);
}, 60_000);

test("a weight that a file keeps row by row is measured so: scales go with the outputs", async () => {
  const file = smallLlama();
  const read = readModelFile(file).value!;
  const { model } = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
  const { result } = await quantify({
    model,
    modelPath: file,
    schemes: [scheme("int4"), scheme("int4@tensor")],
    activationSchemes: [],
    cancel: neverCancelled,
  });
  // The row that is thirty times as large costs the others nothing where each row has a scale.
  const key = result.layers.find(({ weightNames }) =>
    weightNames[0]?.includes("0.self_attn.k_proj"),
  );
  const [byChannel, byTensor] = key?.schemes ?? [];
  expect(byChannel?.sqnrDb).toBeGreaterThan((byTensor?.sqnrDb ?? Infinity) + 1);
  expect(byChannel?.sqnrDb).toBeGreaterThan(15);
}, 60_000);
