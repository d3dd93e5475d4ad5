import fc from "fast-check";
import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { Attribute, Model, Value } from "../../../server/core/graph/graph.js";
import { symbol } from "../../../server/core/graph/dim.js";
import { infer } from "../../../server/core/graph/infer.js";
import type { ValueType } from "../../../server/core/graph/value-type.js";
import { rules } from "../../../server/core/ops/index.generated.js";
import { worksOf } from "../../../server/core/work/works.js";

/**
 * Whatever a file says of an operator's inputs and attributes, its rule answers: it does not break, does not take long,
 * and makes no extent that is negative or no whole number.
 */
const keys = rules.flatMap((rule) => rule.ops);

const number = fc.oneof(
  fc.integer({ min: -3, max: 9 }),
  fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 2 ** 53, -(2 ** 53), 1e300),
);
const extent = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 31, 2 ** 40) },
);
const dim = fc.oneof(
  { weight: 5, arbitrary: extent },
  { weight: 2, arbitrary: fc.constantFrom("n", "m", "?").map((name) => symbol(name)) },
);
const elementType = fc.constantFrom("float32", "int64", "bool", "string", "uint8", "int4" as const);
const shape = fc.option(fc.array(dim, { maxLength: 5 }), { nil: undefined });
const tensorType = fc.record({
  kind: fc.constant("tensor" as const),
  elementType: fc.option(elementType, { nil: undefined }),
  shape,
});
const type: fc.Arbitrary<ValueType> = fc.oneof(
  { weight: 12, arbitrary: tensorType },
  { weight: 1, arbitrary: tensorType.map((element) => ({ kind: "sequence", element }) as const) },
  { weight: 1, arbitrary: tensorType.map((element) => ({ kind: "optional", element }) as const) },
);
const vector: fc.Arbitrary<Value> = fc
  .tuple(fc.constantFrom("int64", "float32" as const), fc.array(number, { maxLength: 6 }))
  .map(([elementType, data]) => ({
    name: "c",
    weight: { elementType, shape: [data.length], byteLength: 8 * data.length, data },
  }));
const input: fc.Arbitrary<Value | undefined> = fc.oneof(
  { weight: 6, arbitrary: type.map((declared): Value => ({ name: "x", declared })) },
  { weight: 3, arbitrary: vector },
  {
    weight: 2,
    arbitrary: number.map((value): Value => ({
      name: "s",
      weight: { elementType: "int64", shape: [], byteLength: 8, data: [value] },
    })),
  },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const names = [
  ...["axis", "axes", "perm", "keepdims", "split", "num_outputs", "blocksize", "k", "to", "dtype"],
  ...["shape", "pads", "strides", "dilations", "kernel_shape", "group", "starts", "ends", "steps"],
  ...["hidden_size", "num_heads", "kv_num_heads", "q_num_heads", "block_size", "bits", "K", "N"],
  ...["batch_dims", "start", "end", "sample_size", "new_axis", "auto_pad", "equation", "mode"],
  ...[
    "ngram_indexes",
    "num_scan_inputs",
    "direction",
    "layout",
    "channels_last",
    "value",
    "onesided",
  ],
  ...[
    "axis_w",
    "output_shape",
    "output_padding",
    "p",
    "size",
    "num_groups",
    "ceil_mode",
    "height_scale",
  ],
];
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  number.map((value) => ({ kind: "int", value }) as const),
  fc.array(number, { maxLength: 6 }).map((value) => ({ kind: "ints", value }) as const),
  fc
    .constantFrom("SAME_UPPER", "bij,bjk->bik", "...", "", "reflect")
    .map((value) => ({ kind: "string", value }) as const),
  fc.float({ noNaN: true }).map((value) => ({ kind: "float", value }) as const),
);
const call = fc.record({
  key: fc.constantFrom(...keys),
  opset: fc.constantFrom(1, 4, 7, 9, 11, 13, 18, 23, 28),
  inputs: fc.array(input, { maxLength: 7 }),
  outputCount: fc.integer({ min: 0, max: 4 }),
  attributes: fc.array(fc.tuple(fc.constantFrom(...names), attribute), { maxLength: 5 }),
});

test("no rule breaks or answers with an impossible extent, whatever it is given", () => {
  fc.assert(
    fc.property(call, (given) => {
      const model = modelOf(given);
      const inferred = infer(model, neverCancelled);
      const broken = inferred.problems.filter((problem) => problem.code === "RP9001");
      worksOf(inferred, model.opsets, neverCancelled, (problem) => broken.push(problem));
      expect(broken).toEqual([]);
      for (const id of inferred.graph.outputs) expect(impossible(inferred.types[id])).toEqual([]);
    }),
    { numRuns: 1500 },
  );
});

function impossible(type: ValueType | undefined): readonly unknown[] {
  if (type?.kind !== "tensor") return [];
  return (type.shape ?? []).filter(
    (each) => typeof each === "number" && !(each >= 0 && Number.isInteger(each)),
  );
}

function modelOf(given: {
  readonly key: string;
  readonly opset: number;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputCount: number;
  readonly attributes: readonly (readonly [string, Attribute])[];
}): Model {
  const values: Value[] = [];
  const inputs = given.inputs.map((value) => (value === undefined ? -1 : values.push(value) - 1));
  const graphInputs = inputs.filter((id) => id >= 0 && values[id]!.weight === undefined);
  const outputs = Array.from(
    { length: given.outputCount },
    (_, index) => values.push({ name: `y${index}` }) - 1,
  );
  const [domain, op] = given.key.includes(":") ? given.key.split(":") : ["", given.key];
  const node = {
    name: "",
    op: op!,
    domain: domain!,
    inputs,
    outputs,
    attributes: new Map(given.attributes),
    scope: "",
  };
  return {
    format: "test",
    name: "",
    producer: "",
    irVersion: 10,
    opsets: new Map([[domain!, given.opset]]),
    metadata: new Map(),
    graph: { name: "g", inputs: graphInputs, outputs, nodes: [node], values, captures: [] },
    functions: [],
  };
}
