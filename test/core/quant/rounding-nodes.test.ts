import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { encodeOnnx } from "../../../server/core/onnx-export/encode.js";
import { endsOf, quantizeRows } from "../../../server/core/quant/measure/quantize-rows.js";
import { editOnnx } from "../../../server/core/quant/measured/onnx-edit.js";
import { roundingNodes } from "../../../server/core/quant/measured/rounding-nodes.js";
import { Renames } from "../../../server/core/quant/measured/site-edits.js";
import { scheme } from "./format-kit.js";
import { gaussian } from "./random-numbers.js";

/** Normal numbers of magnitudes over many binades, zero, and what lies midway between two integers. */
const x = gaussian(8192, 5).map((one, index) =>
  index % 16 === 0 ? index / 2 - 2000.5 : one * 2 ** ((index % 24) - 12),
);

test.each(["uint8@tensor", "int8@tensor", "fp8-e4m3@tensor", "fp8-e5m2@tensor"])(
  "a tensor is rounded to %s in a running model as it is outside of it",
  async (id) => {
    const own = scheme(id);
    const ends = endsOf(own, x, x.length);
    const rounding = roundingNodes(own, ends.tensor, { before: "y", value: "x", output: "r" });
    const model = encodeOnnx({
      nodes: [{ op: "Neg", inputs: ["x"], outputs: ["y"], attributes: {} }],
      initializers: [],
      inputs: [{ name: "x", elementType: 1, shape: [x.length] }],
      outputs: ["y"],
    });
    const renames = new Renames();
    renames.add({ node: "y", value: "x" }, "r");
    const { nodes = [], initializers = [] } = rounding ?? {};
    const edit = { renames: renames.byNode, nodes, initializers, inputs: [], outputs: [] };
    const session = await InferenceSession.create(editOnnx(model, edit));
    const made = await session.run({ x: new Tensor("float32", x, [x.length]) });
    // Zeros may have lost their sign.
    const expected = quantizeRows(own, x, x.length, ends).map((one) => one + 0);
    expect((made["y"]?.data as Float32Array).map((one) => 0 - one)).toEqual(expected);
  },
);

test("scales that follow the values have no nodes", () => {
  const at = { before: "y", value: "x", output: "r" };
  expect(roundingNodes(scheme("nvfp4"), { low: -1, high: 1 }, at)).toBeUndefined();
});
