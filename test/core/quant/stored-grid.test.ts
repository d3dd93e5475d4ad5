import { expect, test } from "vitest";
import { keepsStored } from "../../../server/core/quant/stored-grid.js";
import { scheme } from "./format-kit.js";

const perTensor = { scales: [0.1], zeroPoints: [0], axis: 0 };
const perChannel = { scales: [0.1, 0.2], zeroPoints: [0, 0], axis: 0 };
const shifted = { scales: [0.1], zeroPoints: [3], axis: 0 };
const centered = { scales: [0.1], zeroPoints: [128], axis: 0 };

test.each([
  ["int8", "int8", perTensor, true],
  ["int8", "int8", perChannel, true],
  ["int8@tensor", "int8", perTensor, true],
  ["int8@tensor", "int8", perChannel, false],
  ["int8@g32", "int8", perChannel, true],
  ["int16", "int8", perChannel, true],
  ["int4", "int8", perTensor, false],
  ["int8", "int8", shifted, false],
  ["uint8", "int8", shifted, true],
  ["int8", "uint8", centered, true],
  ["int8", "uint8", perTensor, false],
  ["fp8-e4m3", "int8", perTensor, false],
  ["mxint8", "int8", perTensor, false],
  ["int8+mse", "int8", perTensor, false],
  ["int8+hadamard", "int8", perTensor, false],
  ["int8", "int16", perTensor, false],
] as const)("%s of %s integers", (id, elementType, quantization, isKept) => {
  expect(keepsStored(scheme(id), { elementType, quantization })).toBe(isKept);
});
