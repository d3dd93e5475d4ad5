import fc from "fast-check";
import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { ElementType } from "../../../server/core/graph/element-type.js";
import type { Attribute, Model, Value } from "../../../server/core/graph/graph.js";
import { symbol, type Dim } from "../../../server/core/graph/dim.js";
import { inferModel } from "../../../server/core/analyze.js";
import { rules } from "../../../server/core/ops/index.generated.js";

const keys = rules.flatMap((rule) => rule.ops);

const extent: fc.Arbitrary<Dim> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom<Dim>(symbol("n"), symbol("h"), 2 ** 40) },
);
const elementType = fc.constantFrom<ElementType>("float32", "int64", "uint8", "float16", "bool");
const value: fc.Arbitrary<Value> = fc.oneof(
  fc
    .record({ elementType, shape: fc.option(fc.array(extent, { maxLength: 5 })) })
    .map(({ elementType: type, shape }): Value => ({
      name: "",
      declared: { kind: "tensor", elementType: type, shape: shape ?? undefined },
    })),
  fc.array(fc.integer({ min: -3, max: 9 }), { maxLength: 6 }).map((data): Value => ({
    name: "",
    weight: { elementType: "int64", shape: [data.length], byteLength: 8 * data.length, data },
  })),
);
const number = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom(2 ** 31, -(2 ** 63)));
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  number.map((each): Attribute => ({ kind: "int", value: each })),
  fc.array(number, { maxLength: 5 }).map((each): Attribute => ({ kind: "ints", value: each })),
  fc.float().map((each): Attribute => ({ kind: "float", value: each })),
  fc
    .array(fc.float(), { maxLength: 4 })
    .map((each): Attribute => ({ kind: "floats", value: each })),
  fc
    .constantFrom("", "SAME_UPPER", "linear", "none", "bidirectional", "ij,jk->ik", "not_larger")
    .map((each): Attribute => ({ kind: "string", value: each })),
);
const attributeNames = [
  "kernel_shape",
  "strides",
  "pads",
  "dilations",
  "group",
  "auto_pad",
  "ceil_mode",
  "axis",
  "axes",
  "output_shape",
  "output_padding",
  "num_heads",
  "kv_num_heads",
  "q_num_heads",
  "hidden_size",
  "direction",
  "layout",
  "scales",
  "mode",
  "equation",
  "K",
  "N",
  "bits",
  "block_size",
  "k",
  "size",
  "step",
  "dim",
  "groups",
  "num_groups",
  "reduction",
  "keepdims",
  "qkv_hidden_sizes",
  "border",
  "scale",
  "to",
  "dtype",
  "p",
  "perm",
  "blocksize",
  "allowzero",
  "state_window",
  "dilation",
  "pooled_shape",
  "keep_aspect_ratio_policy",
  "split",
  "vocab_size",
  "window",
  "signal_ndim",
  "max_ngram_size",
  "local_window_size",
  "sampling_ratio",
];

test("no rule throws, hangs or counts what is no count, whatever a node says", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...keys),
      fc.integer({ min: 1, max: 28 }),
      fc.array(value, { maxLength: 8 }),
      fc.dictionary(fc.constantFrom(...attributeNames), attribute, { maxKeys: 8 }),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      (key, opset, values, attributes, present) => {
        const model = modelOf(key, opset, values, attributes, present);
        const { problems, layers } = inferModel(
          model,
          { inputs: new Map(), dims: new Map() },
          neverCancelled,
        );
        expect(problems.filter(({ code }) => code.startsWith("RP9"))).toEqual([]);
        for (const { macs, flops, readBytes, writeBytes } of layers)
          for (const count of [macs, flops, readBytes, writeBytes])
            if (count !== undefined) {
              expect(Number.isFinite(count)).toBe(true);
              expect(count).toBeGreaterThanOrEqual(0);
            }
      },
    ),
    { numRuns: 2000, seed: 20_261_121 },
  );
});

function modelOf(
  key: string,
  opset: number,
  values: readonly Value[],
  attributes: Readonly<Record<string, Attribute>>,
  present: readonly boolean[],
): Model {
  const [domain = "", op = ""] = key.includes(":") ? key.split(":") : ["", key];
  const named = values.map((each, index): Value => ({ ...each, name: `x${index}` }));
  const outputs = [0, 1, 2, 3].map((index) => named.length + index);
  const all = [...named, ...outputs.map((id): Value => ({ name: `y${id}` }))];
  return {
    format: "onnx",
    name: "",
    producer: "",
    irVersion: 10,
    opsets: new Map([
      ["", opset],
      ["com.microsoft", 1],
      ["ai.onnx.ml", 5],
    ]),
    metadata: new Map(),
    functions: [],
    graph: {
      name: "",
      inputs: named.flatMap(({ weight }, id) => (weight === undefined ? [id] : [])),
      outputs,
      values: all,
      captures: [],
      nodes: [
        {
          name: "",
          op,
          domain,
          inputs: named.map((_, id) => (present[id] === false && id > 0 ? -1 : id)),
          outputs,
          attributes: new Map(Object.entries(attributes)),
          scope: "",
        },
      ],
    },
  };
}
