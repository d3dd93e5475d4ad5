import { expect, test } from "vitest";
import type { Node } from "../../../server/core/graph/graph.js";
import { linearPlan } from "../../../server/core/quant/sensitivity/linear.js";

const node = (padding: string, stride: number): Node => ({
  name: "",
  op: "TRANSPOSE_CONV",
  domain: "tflite",
  inputs: [],
  outputs: [],
  scope: "",
  attributes: new Map([
    ["padding", { kind: "string", value: padding }],
    ["stride_h", { kind: "int", value: stride }],
    ["stride_w", { kind: "int", value: stride }],
  ]),
});

/**
 * As TensorFlow Lite's reference kernel does it (`reference_ops::TransposeConv`): each input is multiplied with the window and
 * added from input · stride − pad on. `pad` is what `SAME` and `VALID` come to.
 */
function scattered(
  x: readonly number[],
  weight: readonly number[],
  shape: { input: number; output: number; kernel: number; stride: number; pad: number },
): number[] {
  const { input, output, kernel, stride, pad } = shape;
  const [inChannels, outChannels] = [2, 3];
  const made = new Array<number>(output * output * outChannels).fill(0);
  for (let row = 0; row < input; row++)
    for (let column = 0; column < input; column++)
      for (let kr = 0; kr < kernel; kr++)
        for (let kc = 0; kc < kernel; kc++) {
          const [toRow, toColumn] = [row * stride - pad + kr, column * stride - pad + kc];
          if (Math.min(toRow, toColumn) < 0 || Math.max(toRow, toColumn) >= output) continue;
          for (let to = 0; to < outChannels; to++)
            for (let from = 0; from < inChannels; from++)
              made[(toRow * output + toColumn) * outChannels + to]! +=
                x[(row * input + column) * inChannels + from]! *
                weight[((to * kernel + kr) * kernel + kc) * inChannels + from]!;
        }
  return made;
}

test.each([
  { padding: "SAME", stride: 2, input: 3, kernel: 3, output: 6, pad: 0 },
  { padding: "SAME", stride: 1, input: 4, kernel: 3, output: 4, pad: 1 },
  { padding: "VALID", stride: 2, input: 3, kernel: 3, output: 7, pad: 0 },
  { padding: "VALID", stride: 2, input: 3, kernel: 2, output: 6, pad: 0 },
])(
  "a transposed convolution of TensorFlow Lite is a product of its matrix ($padding, stride $stride)",
  ({ padding, stride, input, kernel, output, pad }) => {
    const numbers = (count: number, factor: number): number[] =>
      Array.from({ length: count }, (_, index) => ((index * factor) % 11) - 5);
    const x = numbers(input * input * 2, 7);
    const columns = kernel * kernel * 2;
    const weight = numbers(3 * columns, 5);
    const plan = linearPlan(
      node(padding, stride),
      1,
      { rows: 3, columns, outer: 1, inner: columns, window: 1 },
      [3, kernel, kernel, 2],
      [1, input, input, 2],
      [1, output, output, 3],
    );
    const made = new Array<number>(output * output * 3).fill(0);
    for (let row = 0; row < plan.rows; row++)
      for (let position = 0; position < plan.positions; position++)
        for (let column = 0; column < plan.columns; column++)
          made[plan.rowMap[row * plan.positions + position]!]! +=
            weight[row * columns + column]! *
            (x[plan.columnMap[column * plan.positions + position]!] ?? 0);
    expect(plan.outputShape).toEqual([1, output, output, 3]);
    expect(made).toEqual(scattered(x, weight, { input, output, kernel, stride, pad }));
  },
);
