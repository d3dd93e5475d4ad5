import { describe, expect, test } from "vitest";
import { knownShape } from "../../../server/core/graph/value-type.js";
import { analysed, llama, read, type Config } from "../../kit/config-model.js";

function parameters(config: Config, devices: number): number {
  return analysed(config, { sequence: 1, past: 8 }, devices).totals.parameterCount;
}

function exchanges(config: Config, devices: number): readonly [number, number] {
  const ops = read(config, devices).value!.graph.nodes.map(({ op }) => op);
  const count = (op: string): number => ops.filter((name) => name === op).length;
  return [count("AllReduce"), count("AllGather")];
}

function messageOf(config: Config, devices: number): string {
  return read(config, devices).problems[0]?.message ?? "";
}

describe("one of several devices", () => {
  // Of 32 layers and the last one, which every device has in full.
  const norms = 4096 * (2 * 32 + 1);

  test.each([2, 4, 8])("has its part of the weights, of %i", (devices) => {
    const whole = parameters(llama, 1);
    expect(parameters(llama, devices)).toBe((whole - norms) / devices + norms);
  });

  test("adds up behind the embedding, each attention and each feed-forward, and gathers the scores", () => {
    expect(exchanges(llama, 1)).toEqual([0, 0]);
    expect(exchanges(llama, 4)).toEqual([2 * 32 + 1, 1]);
    const { inferred, problems } = analysed(llama, { sequence: 1, past: 8 }, 4);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const scores = inferred.types[inferred.graph.outputs[0]!];
    const shape = scores?.kind === "tensor" ? knownShape(scores.shape) : undefined;
    expect(shape?.at(-1)).toBe(llama.vocab_size);
  });

  test("with fewer key heads than devices holds one whole", () => {
    const few = { ...llama, num_key_value_heads: 2 };
    // Keys and values of one head of 128, where two devices would each have as much.
    const keys = 2 * 32 * 4096 * 128;
    expect(parameters(few, 4)).toBe((parameters(few, 2) + norms) / 2 + keys / 2);
  });

  test("adds parallel attention and feed-forward up once", () => {
    const neox = { ...llama, model_type: "gpt_neox", use_parallel_residual: true };
    expect(exchanges(neox, 2)).toEqual([32 + 1, 1]);
  });

  test("cannot have part of a head; what is there of one is said", () => {
    expect(messageOf(llama, 3)).toBe(
      "`config.json` has 32 heads, which 3 devices cannot share evenly.",
    );
    expect(messageOf({ ...llama, intermediate_size: 14338 }, 4)).toMatch(/14338 inner features/);
    expect(messageOf(llama, 2)).toMatch(/^Time is that of 2 devices/);
    expect(messageOf(llama, 1)).toBe("");
  });
});
