import { describe, expect, test } from "vitest";
import path from "node:path";
import { analyzeMain, fixtures, trace } from "./python-kit.js";

const fixture = (name: string): string => path.join(fixtures, name);

/** Parameters and MACs of the main model, and where its inputs come from. */
function check(name: string, request: { readonly entry?: string } = {}): string {
  const program = trace({ file: fixture(name), ...request });
  const { totals } = analyzeMain({ file: fixture(name), ...request });
  const { entry, inputsFrom } = program.main ?? {};
  return `${entry}: ${totals.parameterCount} parameters, ${totals.macs} MACs, ${totals.uncostedCount} uncosted; ${inputsFrom}`;
}

describe("styles of writing a model", () => {
  test("a small network", () => {
    // 3·9·8+8 + 2·8 + 8·9·16 + 16·10+10; 16²·8·27 + 16²·16·72 + 160 at 32×32.
    expect(check("small_cnn.py")).toBe(
      `Net(): ${216 + 8 + 16 + 1152 + 170} parameters, ${256 * 8 * 27 + 256 * 16 * 72 + 160} MACs, 0 uncosted; input: from the first layer Conv2d(3, 8)`,
    );
  });

  test("a configuration made by its dataclass", () => {
    // 3·9·16 + 2·16 + 16·9·32 + 2·32 + 32·10+10; 16²·16·27 + 8²·32·144 + 320.
    expect(check("config_dataclass.py")).toBe(
      `ConfiguredNet(config=ModelConfig()): ${432 + 32 + 4608 + 64 + 330} parameters, ${256 * 16 * 27 + 64 * 32 * 144 + 320} MACs, 0 uncosted; input: from the first layer Conv2d(3, 16); arguments assumed: config=ModelConfig()`,
    );
  });

  test("a registry, asked for one of its models", () => {
    // 4 × (2·64 + 64·64+64); 4 × 128·64·64.
    expect(check("registry.py", { entry: "create_model('stack_base')" })).toBe(
      `create_model('stack_base'): ${4 * (128 + 4160)} parameters, ${4 * 128 * 64 * 64} MACs, 0 uncosted; input: from the first layer LayerNorm((64,))`,
    );
  });

  test("one layer called three times: parameters once, work thrice", () => {
    expect(check("shared_weights.py")).toBe(
      `Shared(): ${64 * 64 + 64 + 64 * 8 + 8} parameters, ${3 * 64 * 64} MACs, 0 uncosted; input: from the first layer Linear(64, 64)`,
    );
  });

  test("experts take the tokens that are sent to them", () => {
    // Twice: 128 tokens, 2 experts each, two matrices of 64 × 128; the router once.
    expect(check("experts.py")).toBe(
      `Experts(): ${16 * 64 + 16 * (64 * 128 * 2 + 192)} parameters, ${128 * 64 * 16 + 2 * 128 * 2 * 2 * 64 * 128} MACs, 0 uncosted; input: from the call in line 32`,
    );
  });

  test("two inputs and a dict of outputs", () => {
    // Convolution 32²·8·27; product of [1,8] and [8,1].
    expect(check("multiple_inputs.py")).toBe(
      `TwoTowers(): ${3 * 9 * 8 + 8 + 1000 * 8} parameters, ${1024 * 8 * 27 + 8} MACs, 0 uncosted; input: from the first layer Conv2d(3, 8)`,
    );
    const { model } = analyzeMain({ file: fixture("multiple_inputs.py") });
    const nameOf = (id: number): string => model.graph.values[id]?.name ?? "";
    expect(model.graph.inputs.map(nameOf)).toEqual(["image", "input_ids"]);
    expect(model.graph.outputs).toHaveLength(3);
  });

  test("a recurrent network made and called in the main block", () => {
    // Two directions of 4·32·(40+32) and 4·32·(64+32), biases 2·4·32 each; 8 × 100 steps.
    const matrices = 2 * (128 * (40 + 32) + 128 * (64 + 32));
    expect(check("main_block.py")).toBe(
      `Encoder(in_features=40, hidden=32, layers=2): ${matrices + 4 * 256 + 64 * 4 + 4} parameters, ${800 * matrices + 8 * 64 * 4} MACs, 0 uncosted; input: from the call in line 19`,
    );
  });

  test("a script that also trains: the loop stays out", () => {
    // LeNet at 28×28: 24²·6·25 + 8²·16·150 + 256·120 + 120·10.
    expect(check("training_script.py")).toBe(
      `LeNet(): ${156 + 2416 + 256 * 120 + 120 + 1210} parameters, ${576 * 150 + 64 * 16 * 150 + 256 * 120 + 1200} MACs, 0 uncosted; input: from the first layer Conv2d(1, 6)`,
    );
  });

  test("a lightning-like module", () => {
    // 112²·16·147 at 224? The stem halves once only, so 32×32: 16²·16·147 + 160.
    expect(check("lightning_like.py")).toBe(
      `LitClassifier(): ${147 * 16 + 16 + 170} parameters, ${256 * 16 * 147 + 160} MACs, 0 uncosted; input: from the first layer Conv2d(3, 16)`,
    );
  });

  test("branches and loops that a reader of the text would have to guess", () => {
    // Conv1d 1024·32·48, three grouped ones 1024·32·24; attention 4 × 1024·32·32 + 2 × 1024²·32.
    const macs = 1024 * 32 * 48 + 3 * 1024 * 32 * 24 + 4 * 1024 * 1024 + 2 * 1024 ** 2 * 32;
    expect(check("conditional.py")).toBe(
      `Conditional(): ${32 * 48 + 32 + 3 * (32 * 24 + 32) + 4 * (1024 + 32)} parameters, ${macs} MACs, 0 uncosted; input: from the first layer Conv1d(16, 32)`,
    );
  });

  test("jaxtyping's annotations", () => {
    expect(check("jaxtyped.py")).toBe(
      `Typed(): ${48 * 24} parameters, ${7 * 48 * 24} MACs, 0 uncosted; input: from the parameters of \`forward\``,
    );
  });

  // Patches 192·48+48, positions 16·48, the head 48·5+5; a block has two norms, 4·48²+4·48 in its attention and
  // 2·48·96+96+48 behind it.
  const reader = (depth: number): { readonly parameters: number; readonly macs: number } => ({
    parameters: 192 * 48 + 48 + 768 + 245 + depth * (2 * 96 + 4 * 48 * 49 + 2 * 48 * 96 + 144),
    macs: 16 * 192 * 48 + 240 + depth * (16 * 48 * (4 * 48 + 2 * 96) + 2 * 16 * 16 * 48),
  });

  test("blocks of a timm that is not installed, of any version", () => {
    const { parameters, macs } = reader(2);
    expect(check("timm_blocks.py")).toBe(
      `Reader(): ${parameters} parameters, ${macs} MACs, 0 uncosted; input: from the first layer Conv2d(3, 48)`,
    );
  });

  test("a training script that makes its model after what is not there", () => {
    const { parameters, macs } = reader(3);
    expect(check("training_main.py")).toBe(
      `model: ${parameters} parameters, ${macs} MACs, 0 uncosted; input: from the first layer Conv2d(3, 48)`,
    );
  });

  test("layers of a YAML file that stands somewhere below", () => {
    expect(check("from_yaml.py")).toBe(
      `FromYaml(): ${27 * 8 + 8 + 36} parameters, ${30 * 30 * (27 * 8 + 32)} MACs, 0 uncosted; input: from the first layer Conv2d(3, 8)`,
    );
  });

  test("relative imports across files and packages", () => {
    expect(check("zoo/model.py")).toBe(
      `Model(): ${3 * 9 * 4 + 4 + 8 + 20} parameters, ${1024 * 4 * 27 + 1024 * 16} MACs, 0 uncosted; input: from the first layer Conv2d(3, 4)`,
    );
  });
});

test("pins are configurations, and the batch replaces the first extent", () => {
  const { models } = trace({ file: fixture("pinned.py"), models: "all", batch: 4 });
  expect(
    models.map(({ entry, inputs, inputsFrom }) => [entry, inputs[0]?.shape, inputsFrom]),
  ).toEqual([
    ["Wide()", [4, 3, 64, 64], "input: pinned in line 5"],
    ["Wide(width=16)", [4, 3, 32, 32], "input: pinned in line 6"],
  ]);
});

test("inputs given win over pins; settings of the workspace over guesses", () => {
  const given = trace({ file: fixture("pinned.py"), inputs: ["x=float16[1,3,8,8]"] });
  expect(given.main?.inputs).toEqual([{ name: "x", type: "float16", shape: [1, 3, 8, 8] }]);
  const pins = { Net: ["input=float32[1,3,48,48]"] };
  const set = trace({ file: fixture("small_cnn.py"), pins });
  expect(set.main?.inputs[0]?.shape).toEqual([1, 3, 48, 48]);
  expect(set.main?.inputsFrom).toBe("input: from the workspace settings");
});

test("every model of a file is listed; parts and private helpers are not run", () => {
  const { models } = trace({ file: fixture("registry.py"), models: "all" });
  expect(models.map(({ name, kind, model }) => `${kind} ${name} ${model !== undefined}`)).toEqual([
    "class Block false",
    "class Stack true",
    "factory stack_tiny true",
    "factory stack_base true",
  ]);
});
