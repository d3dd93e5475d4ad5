import { expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { buildDecoder } from "../../../server/core/formats/decoder/build-decoder.js";
import { ConfigFields } from "../../../server/core/formats/decoder/config-fields.js";
import { describeConfig } from "../../../server/core/formats/decoder/describe-config.js";
import { huggingFaceNames } from "../../../server/core/formats/decoder/weight-names.js";
import { lower } from "../../../server/core/lower/lower.js";
import { allPasses, roundTarget } from "../../kit/analysis-text.js";

const small = {
  model_type: "llama",
  hidden_size: 8,
  intermediate_size: 24,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 16,
  rms_norm_eps: 1e-5,
};

/** Products of a step, as `members: m×k×n macs`. */
function productsOf(config: Readonly<Record<string, unknown>>): readonly string[] {
  const found = describeConfig(new ConfigFields(config), "small");
  if (found.kind === "refused") throw new Error(found.reason);
  const model = buildDecoder(found.description, {
    format: "hf-config",
    producer: "",
    metadata: new Map(),
    names: huggingFaceNames,
    findWeight: () => undefined,
  });
  const dims = new Map([
    ["sequence", 1],
    ["past", 3],
  ]);
  const inferred = inferModel(model, { inputs: new Map(), dims }, neverCancelled);
  const target = roundTarget({ passes: [...allPasses, "merge-products"] });
  const { graph } = inferred.graphWork.flow;
  return lower(inferred.graphWork, target, neverCancelled).kernels.flatMap(
    ({ shape, nodeIds, macs }) =>
      shape.kind === "matmul"
        ? [
            `${nodeIds.map((id) => graph.nodes[id]?.name.split("/").at(-1)).join("+")}: ${shape.m}×${shape.k}×${shape.n} ${macs}`,
          ]
        : [],
  );
}

test("queries, keys and values are one product, and so are the two of a gate", () => {
  expect(productsOf(small)).toEqual([
    "query+key+value: 1×8×16 128",
    "output+attention_residual: 1×8×8 64",
    "gate+up+activation+gated: 1×8×48 384",
    "down+residual: 1×24×8 192",
    "scores: 1×8×16 128",
  ]);
});

test("norms of heads stand behind all three products", () => {
  expect(productsOf({ ...small, model_type: "qwen3" })[0]).toBe("query+key+value: 1×8×16 128");
});

test("a router is no part of the expert that every token visits", () => {
  const config = {
    ...small,
    model_type: "qwen2_moe",
    num_experts: 4,
    num_experts_per_tok: 2,
    moe_intermediate_size: 4,
    shared_expert_intermediate_size: 6,
  };
  const products = productsOf(config);
  expect(products).toContain("router: 1×8×4 32");
  expect(products).toContain("gate+up+activation+gated: 1×8×12 96");
});
