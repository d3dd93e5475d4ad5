import { expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { Model, Node, Value } from "../../../server/core/graph/graph.js";
import { tensor } from "../../../server/core/graph/value-type.js";
import { lower } from "../../../server/core/lower/lower.js";
import { roundTarget } from "../../kit/analysis-text.js";

const target = roundTarget({ passes: ["fold-constants", "merge-bias", "drop-views"] });

/** Kernels of x[2,4,8] · W[8,16] + what has the shape `added`, which may be computed. */
function kernelsOf(added: readonly number[], options: Partial<Node> & { isInput?: boolean } = {}) {
  const { isInput = false, ...product } = options;
  const weight = (name: string, shape: readonly number[]): Value => {
    const byteLength = 4 * shape.reduce((size, extent) => size * extent, 1);
    return { name, weight: { elementType: "float32", shape, byteLength } };
  };
  const node = (op: string, inputs: readonly number[], output: number): Node => ({
    name: op,
    op,
    domain: "",
    inputs,
    outputs: [output],
    attributes: new Map(),
    scope: "",
  });
  const values: Value[] = [
    { name: "x", declared: tensor("float32", [2, 4, 8]) },
    weight("w", [8, 16]),
    isInput ? { name: "b", declared: tensor("float32", added) } : weight("b", added),
    { name: "product" },
    { name: "y" },
  ];
  const model: Model = {
    format: "onnx",
    name: "layer",
    producer: "",
    irVersion: 10,
    opsets: new Map([["", 23]]),
    metadata: new Map(),
    functions: [],
    graph: {
      name: "layer",
      inputs: isInput ? [0, 2] : [0],
      outputs: [4],
      nodes: [{ ...node("MatMul", [0, 1], 3), ...product }, node("Add", [3, 2], 4)],
      values,
      captures: [],
    },
  };
  const none = { inputs: new Map(), dims: new Map() };
  const { graphWork } = inferModel(model, none, neverCancelled);
  return lower(graphWork, target, neverCancelled).kernels.map(({ shape, readBytes }) => {
    const form =
      shape.kind === "matmul"
        ? `${shape.hasBias === true} ${shape.isRightTransposed === true}`
        : "";
    return `${shape.kind} ${form} reads ${readBytes}`;
  });
}

test("an exported linear layer is one call with its bias", () => {
  // 64 inputs, 128 weights, 16 biases.
  expect(kernelsOf([16])).toEqual(["matmul true true reads 832"]);
});

test("what is no row of constants, or two calls of a program, is added by itself", () => {
  const apart = (read: number): readonly string[] => [
    "matmul false false reads 768",
    `elementwise  reads ${read}`,
  ];
  expect(kernelsOf([1])).toEqual(apart(516));
  expect(kernelsOf([4, 16])).toEqual(apart(768));
  expect(kernelsOf([16], { isInput: true })).toEqual(apart(576));
  expect(kernelsOf([16], { sourceOp: "matmul" })).toEqual(apart(576));
});
