import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { bindInputs } from "../../../server/core/graph/bind.js";
import { infer } from "../../../server/core/graph/infer.js";
import { tensor, typeText, type TensorType } from "../../../server/core/graph/value-type.js";
import { modelOfText } from "../../kit/infer-text.js";

interface Given {
  readonly batch?: number;
  readonly inputs?: Record<string, TensorType>;
  readonly dims?: Record<string, number>;
}

/** Types of the inputs and outputs after binding, then the problems. */
function bound(text: string, { batch, inputs = {}, dims = {} }: Given): string {
  const { value, problems } = bindInputs(modelOfText(text), {
    ...(batch !== undefined && { batch }),
    inputs: new Map(Object.entries(inputs)),
    dims: new Map(Object.entries(dims)),
  });
  const inferred = infer(value, neverCancelled);
  const { graph, types } = inferred;
  const texts = (ids: readonly number[]): string => ids.map((id) => typeText(types[id])).join(", ");
  const messages = [...problems, ...inferred.problems].map((problem) => ` ! ${problem.message}`);
  return `${texts(graph.inputs)} -> ${texts(graph.outputs)}${messages.join("")}`;
}

const symbolic = `g (float[batch,seq,8] x, int64[batch,seq] mask) => (float[batch,seq,8] y) { y = Relu(x) }`;
const numeric = `g (float[1,3,8,8] x) => (float[1,3,8,8] y) { y = Relu(x) }`;

test("a batch replaces the symbol everywhere", () => {
  expect(bound(symbolic, { batch: 4 })).toBe("float32[4,seq,8], int64[4,seq] -> float32[4,seq,8]");
});

test("a batch replaces a number that all float inputs share, and what is declared elsewhere gives way", () => {
  expect(bound(numeric, { batch: 4 })).toBe("float32[4,3,8,8] -> float32[4,3,8,8]");
});

test("inputs without a common first extent have no batch dimension", () => {
  expect(
    bound(`g (float[2,3] a, float[3,4] b) => (float[2,4] y) { y = MatMul(a, b) }`, { batch: 4 }),
  ).toContain("No input has a batch dimension");
});

test("a named extent is bound wherever it stands, in formulas too", () => {
  const text = `g (float["past + seq",8] x, float[seq,8] z) => (float[?,8] y) { y = Concat<axis=0>(x, z) }`;
  expect(bound(text, {})).toBe("float32[past + seq,8], float32[seq,8] -> float32[past + 2*seq,8]");
  expect(bound(text, { dims: { seq: 3 } })).toBe(
    "float32[past + 3,8], float32[3,8] -> float32[past + 6,8]",
  );
});

test("an input given by name binds the symbols that it declares", () => {
  expect(bound(symbolic, { inputs: { x: tensor("float32", [2, 5, 8]) } })).toBe(
    "float32[2,5,8], int64[2,5] -> float32[2,5,8]",
  );
  expect(bound(numeric, { inputs: { "": tensor("float16", [1, 3, 16, 16]) } })).toContain(
    "float16[1,3,16,16] -> float16[1,3,16,16]",
  );
});

test("a binding that names nothing is a problem that lists the names there are", () => {
  expect(bound(symbolic, { dims: { sequence: 3 } })).toContain(
    "No extent is called `sequence`; the symbolic extents of the inputs are `batch`, `seq`.",
  );
  expect(bound(symbolic, { inputs: { z: tensor("float32", [1]) } })).toContain(
    "The model has no input `z`; its inputs are `x`, `mask`.",
  );
  expect(bound(symbolic, { inputs: { "": tensor("float32", [1]) } })).toContain(
    "The model has 2 inputs (`x`, `mask`); say which one with its name.",
  );
});
