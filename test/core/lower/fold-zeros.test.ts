import { expect, test } from "vitest";
import { kernelsOf, roundTarget } from "../../kit/analysis-text.js";

const target = roundTarget({ passes: ["drop-views", "fold-zeros"] });

function check(graph: string, kernels: readonly string[]): void {
  const lines = kernelsOf(graph, target).split("\n");
  expect(lines.map((line) => line.split(":")[0]).filter((name) => name !== "")).toEqual(kernels);
}

test("a branch that is multiplied by zero is not run, and neither is its sum", () => {
  check(
    `g (float[1,4,8,8] x) => (float[1,4,8,8] y) <float[4,4,3,3] w = ?, float zero = {0}> {
      c = Conv <pads = [1,1,1,1]> (x, w)
      z = Mul (c, zero)
      r = Relu (x)
      y = Add (r, z)
    }`,
    ["Relu"],
  );
});

test("a convolution of zeros is run, whatever made them", () => {
  check(
    `g (float[1,4,8,8] x) => (float[1,4,8,8] y) <float[4,4,3,3] w = ?, float zero = {0}> {
      z = Mul (x, zero)
      a = Relu (z)
      c = Conv <pads = [1,1,1,1]> (a, w)
      r = Relu (x)
      y = Add (c, r)
    }`,
    ["Conv", "Relu", "Add"],
  );
});

test("a factor that is not zero keeps everything", () => {
  check(
    `g (float[1,4,8,8] x) => (float[1,4,8,8] y) <float half = {0.5}> {
      h = Mul (x, half)
      y = Add (x, h)
    }`,
    ["Mul", "Add"],
  );
});
