import { beforeAll, expect, test } from "vitest";
import type { SummaryView } from "../../server/core/views/summary.js";
import { targetsRequest, type ViewReply } from "../../server/protocol/requests.js";
import { buildServer } from "../kit/build-server.js";
import { llama } from "../kit/config-model.js";
import { startClient, type TestClient, type TestDocument } from "../kit/lsp-client.js";

let folder = "";
beforeAll(async () => {
  folder = await buildServer();
});

const uri = "file:///models/llama/config.json";
const settings = {
  targets: ["nvidia-h200-sxm/tensorrt-llm/fp8", "nvidia-rtx-4090/llama-cpp-cuda/q4-k-m"],
};
const text = JSON.stringify(llama, null, 2);

async function open(content = text): Promise<{ client: TestClient; document: TestDocument }> {
  const client = await startClient(folder, { settings });
  return { client, document: client.open(uri, content, "json") };
}

const hoverAt = async (client: TestClient, document: TestDocument, what: string) => {
  const hover = await client.connection.sendRequest("textDocument/hover", {
    textDocument: { uri },
    position: document.position(what),
  });
  return (hover as { contents: { value: string } } | null)?.contents.value ?? "";
};

test("each field that sizes the model says what it decides", async () => {
  const { document } = await open();
  const hints = await document.hints();
  // Llama 3 8B: 3 × 4096 × 14336 × 32 of 8.03 B parameters; 2 × 8 × 128 B of a cache in fp8, 32 layers.
  expect(hints).toEqual([
    expect.stringMatching(/"intermediate_size": 14336, ⟦70 % of weights⟧/),
    expect.stringMatching(/"num_hidden_layers": 32, ⟦32 × [\d.]+ µs( ~)?⟧/),
    expect.stringMatching(/"num_attention_heads": 32, ⟦17 % of weights⟧/),
    expect.stringMatching(/"num_key_value_heads": 8, ⟦64 KiB\/token KV⟧/),
    expect.stringMatching(/"vocab_size": 128256, ⟦13 % of weights⟧/),
    expect.stringMatching(/"max_position_embeddings": 8192 ⟦512 MiB KV at 8 k⟧/),
  ]);
  for (const { label } of await document.rawHints())
    expect(typeof label === "string" ? label.length : Infinity).toBeLessThan(21);
});

test("the lens has the totals, a step's time and the rate of a full server", async () => {
  const { document } = await open();
  expect(await document.lenses()).toMatchObject([{ range: { start: { line: 4 } } }]);
  expect(await document.lens()).toEqual(
    expect.stringMatching(
      /^8\.03 B params · 15 GiB · H200 SXM [\d.]+ ms( ~)?\/token, [\d.]+ k tok\/s at batch 64 · RTX 4090 [\d.]+ ms( ~)?\/token, .* · fits$/,
    ),
  );
});

test("where no targets are chosen, the picker knows those of the open text, asked first or where it cannot be read", async () => {
  const client = await startClient(folder, { settings: {} });
  const chosen = async (content: string): Promise<string | undefined> => {
    const document = client.open(uri, content, "json");
    const targets = await client.connection.sendRequest(targetsRequest, {
      uri,
      isChosenOnly: true,
    });
    await document.close();
    return targets[0]?.id;
  };
  const quantized = { ...llama, quantization_config: { quant_method: "fp8" } };
  expect(await chosen(JSON.stringify(quantized))).toBe("nvidia-h100-sxm/tensorrt-llm/fp8");
  expect(await chosen(text)).toBe("nvidia-h100-sxm/tensorrt-llm/bf16");
  expect(await chosen("{")).toBeDefined();
});

test("hovers tell every target", async () => {
  const { client, document } = await open();
  const layers = await hoverAt(client, document, '"num_hidden_layers"');
  expect(layers).toContain("| target | token | batch 64 | prompt of 512 | method |");
  expect(layers).toMatch(/\| H200 SXM · TensorRT-LLM · fp8 \| [\d.]+ ms/);
  const cache = await hoverAt(client, document, '"max_position_embeddings"');
  // 141 GB less 8 GB of weights, in texts of 512 MiB; llama.cpp keeps 16 bits.
  expect(cache).toMatch(/\| H200 SXM [^|]*\| 64 KiB \| 512 MiB \| 2\d\d \|/);
  expect(cache).toMatch(/\| RTX 4090 [^|]*\| 128 KiB \| 1 GiB \| 1\d \|/);
  const inner = await hoverAt(client, document, '"intermediate_size"');
  expect(inner).toContain("**Feed-forward** · 5.64 B params, of one step");
  expect(inner).toMatch(/\| H200 SXM .* \[calibrated\]\(file:/);
  expect(await hoverAt(client, document, '"model_type"')).toBe("");
});

test("numbers follow the text, and stay as old ones while it has an error", async () => {
  const { client, document } = await open();
  await document.replace('"num_key_value_heads": 8', '"num_key_value_heads": 32');
  expect((await document.hints()).join()).toContain("256 KiB/token KV");
  await document.replace('"rms_norm_eps": 0.00001,', '"rms_norm_eps": ,');
  const old = (await document.hints()).join();
  expect(old).toContain("was 256 KiB/token KV");
  expect(await document.lens()).toContain("was 8.");
  // The page shows what is in the editor.
  await document.replace('"rms_norm_eps": ,', '"rms_norm_eps": 1e-5,');
  const reply = await client.connection.sendRequest<ViewReply<"summary">>("ridgepoint/view", {
    uri,
    view: "summary",
    params: {},
  });
  const view = (reply as { readonly view: SummaryView }).view;
  expect(view.parameterCount).toBeGreaterThan(8.7e9);
});

test("latent attention's cache stands at its rank, experts' weights at theirs", async () => {
  const { document } = await open(
    JSON.stringify(
      {
        model_type: "deepseek_v3",
        hidden_size: 1024,
        intermediate_size: 4096,
        moe_intermediate_size: 512,
        num_hidden_layers: 4,
        num_attention_heads: 8,
        num_key_value_heads: 8,
        n_routed_experts: 8,
        num_experts_per_tok: 2,
        n_shared_experts: 1,
        first_k_dense_replace: 1,
        kv_lora_rank: 256,
        qk_nope_head_dim: 64,
        qk_rope_head_dim: 32,
        v_head_dim: 64,
        vocab_size: 32000,
        max_position_embeddings: 4096,
      },
      null,
      2,
    ),
  );
  const hints = await document.hints();
  // (256 + 32) values a token and layer.
  expect(hints.find((hint) => hint.includes("kv_lora_rank"))).toContain("⟦1.13 KiB/token KV⟧");
  expect(hints.find((hint) => hint.includes('"moe_intermediate_size"'))).toContain("% of weights");
  expect(hints.find((hint) => hint.includes('"intermediate_size"'))).toBeUndefined();
});

test("what is no model's configuration is left alone; what is not read says why", async () => {
  const other = await open('{ "port": 8080, "num_layers": 3 }');
  expect(await other.document.hints()).toEqual([]);
  expect(await other.document.lenses()).toEqual([]);
  expect(await hoverAt(other.client, other.document, '"port"')).toBe("");
  expect(await other.document.diagnostics()).toEqual([]);
  const encoder = await open(JSON.stringify({ ...llama, model_type: "bert" }, null, 2));
  expect(await encoder.document.hints()).toEqual([]);
  expect(await encoder.document.lens()).toContain("Not costed");
  expect(await encoder.document.diagnostics()).toEqual([]);
  const hostile = await open(`{ "model_type": "llama", ${'"a": ['.repeat(5000)}`);
  expect(await hostile.document.hints()).toEqual([]);
  expect(hostile.client.log.join("")).not.toContain("Error");
});
