import { need, NotPropagated, type Operator } from "./operator.js";
import { tensor } from "./tensor.js";

/** A product of two activations, as in attention: [..., m, k] by [..., k, n], the stacks of one size or one alone. */
export const productOfValues: Operator = (node, inputs) => {
  const left = need(inputs[0], node);
  const right = need(inputs[1], node);
  if (left.shape.length < 2 || right.shape.length < 2) throw new NotPropagated("MatMul of vectors");
  const m = left.shape[left.shape.length - 2] ?? 1;
  const k = left.shape[left.shape.length - 1] ?? 1;
  const n = right.shape[right.shape.length - 1] ?? 1;
  const leftStack = left.data.length / (m * k);
  const rightStack = right.data.length / (k * n);
  const stack = Math.max(leftStack, rightStack);
  if (
    right.shape[right.shape.length - 2] !== k ||
    stack % leftStack !== 0 ||
    stack % rightStack !== 0
  )
    throw new NotPropagated("MatMul of this form");
  const longer = leftStack >= rightStack ? left : right;
  const shape = [...longer.shape.slice(0, -2), m, n];
  const out = tensor(shape);
  const walk = (visit: (a: number, b: number, c: number) => void): void => {
    for (let index = 0; index < stack; index++) {
      const a = (index % leftStack) * m * k;
      const b = (index % rightStack) * k * n;
      for (let row = 0; row < m; row++)
        for (let depth = 0; depth < k; depth++)
          for (let column = 0; column < n; column++)
            visit(a + row * k + depth, b + depth * n + column, (index * m + row) * n + column);
    }
  };
  walk((a, b, c) => {
    out.data[c] = (out.data[c] ?? 0) + (left.data[a] ?? 0) * (right.data[b] ?? 0);
  });
  return {
    outputs: [out],
    backward: (gradient) => {
      const byLeft = new Float32Array(left.data.length);
      const byRight = new Float32Array(right.data.length);
      walk((a, b, c) => {
        byLeft[a] = (byLeft[a] ?? 0) + (gradient[c] ?? 0) * (right.data[b] ?? 0);
        byRight[b] = (byRight[b] ?? 0) + (gradient[c] ?? 0) * (left.data[a] ?? 0);
      });
      return [byLeft, byRight];
    },
  };
};
