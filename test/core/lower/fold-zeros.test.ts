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

test("zeros go through pooling and convolutions without a bias", () => {
  check(
    `g (float[1,4,8,8] x) => (float[1,4,8,8] y) <float[4,4,3,3] w = ?, float zero = {0}> {
      z = Mul (x, zero)
      p = AveragePool <kernel_shape = [3,3], pads = [1,1,1,1]> (z)
      c = Conv <pads = [1,1,1,1]> (p, w)
      r = Relu (x)
      y = Add (c, r)
    }`,
    ["Relu"],
  );
});

test("a bias makes a constant of zeros, which is still added", () => {
  check(
    `g (float[1,4,8,8] x) => (float[1,4,8,8] y) <float[4,4,3,3] w = ?, float[4] b = ?, float zero = {0}> {
      z = Mul (x, zero)
      c = Conv <pads = [1,1,1,1]> (z, w, b)
      y = Add (c, x)
    }`,
    ["Add"],
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
