import { intAttribute, need, NotPropagated, type Operator, type Step } from "./operator.js";
import { axisOf, countOf, type Tensor, tensor } from "./tensor.js";

/** Softmax over the elements [outer][count][inner] of one axis. */
const softmax: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const axis = axisOf(intAttribute(node, "axis", -1), x.shape.length);
  const inner = countOf(x.shape.slice(axis + 1));
  const count = x.shape[axis] ?? 1;
  const isLog = node.op === "LogSoftmax";
  const share = new Float32Array(x.data.length);
  const out = new Float32Array(x.data.length);
  each(x.data.length, count, inner, (at) => {
    let most = -Infinity;
    for (let k = 0; k < count; k++) most = Math.max(most, x.data[at + k * inner] ?? 0);
    let sum = 0;
    for (let k = 0; k < count; k++) sum += Math.exp((x.data[at + k * inner] ?? 0) - most);
    for (let k = 0; k < count; k++) {
      const value = (x.data[at + k * inner] ?? 0) - most;
      share[at + k * inner] = Math.exp(value) / sum;
      out[at + k * inner] = isLog ? value - Math.log(sum) : Math.exp(value) / sum;
    }
  });
  return {
    outputs: [tensor(x.shape, out)],
    backward: (gradient) => {
      const into = new Float32Array(gradient.length);
      each(gradient.length, count, inner, (at) => {
        let mean = 0;
        for (let k = 0; k < count; k++)
          mean += (isLog ? 1 : (share[at + k * inner] ?? 0)) * (gradient[at + k * inner] ?? 0);
        for (let k = 0; k < count; k++) {
          const own = gradient[at + k * inner] ?? 0;
          const part = share[at + k * inner] ?? 0;
          into[at + k * inner] = isLog ? own - part * mean : part * (own - mean);
        }
      });
      return [into];
    },
  };
};

function each(length: number, count: number, inner: number, visit: (at: number) => void): void {
  for (let outer = 0; outer < length; outer += count * inner)
    for (let index = 0; index < inner; index++) visit(outer + index);
}

/** y = x · factor + term, both by channel (axis 1): statistics are constants at inference. */
const batchNormalization: Operator = (node, inputs) => {
  const [x, scale, bias, mean, variance] = inputs.slice(0, 5).map((input) => need(input, node));
  if (x === undefined) throw new NotPropagated("BatchNormalization");
  const epsilon = intAttribute(node, "epsilon", 1e-5);
  const channels = x.shape[1] ?? 1;
  const inner = countOf(x.shape.slice(2));
  const factors = Float32Array.from(
    { length: channels },
    (_, channel) =>
      (scale?.data[channel] ?? 1) / Math.sqrt((variance?.data[channel] ?? 1) + epsilon),
  );
  const channelOf = (index: number): number => Math.floor(index / inner) % channels;
  const out = x.data.map((value, index) => {
    const channel = channelOf(index);
    return (
      (value - (mean?.data[channel] ?? 0)) * (factors[channel] ?? 1) + (bias?.data[channel] ?? 0)
    );
  });
  return {
    outputs: [tensor(x.shape, out)],
    backward: (gradient) => [
      gradient.map((value, index) => value * (factors[channelOf(index)] ?? 1)),
    ],
  };
};

/** Each group of `count` consecutive elements is normalized by itself. */
function normalizeGroups(
  x: Tensor,
  count: number,
  epsilon: number,
  affine: (index: number) => { readonly scale: number; readonly bias: number },
  isCentred: boolean,
): Step {
  const groups = x.data.length / count;
  const centred = new Float32Array(x.data.length);
  const inverse = new Float32Array(groups);
  const out = new Float32Array(x.data.length);
  for (let group = 0; group < groups; group++) {
    const start = group * count;
    let mean = 0;
    if (isCentred) for (let k = 0; k < count; k++) mean += (x.data[start + k] ?? 0) / count;
    let variance = 0;
    for (let k = 0; k < count; k++) variance += ((x.data[start + k] ?? 0) - mean) ** 2 / count;
    inverse[group] = 1 / Math.sqrt(variance + epsilon);
    for (let k = 0; k < count; k++) {
      const value = ((x.data[start + k] ?? 0) - mean) * (inverse[group] ?? 1);
      centred[start + k] = value;
      const { scale, bias } = affine(start + k);
      out[start + k] = value * scale + bias;
    }
  }
  return {
    outputs: [tensor(x.shape, out)],
    backward: (gradient) => {
      const into = new Float32Array(gradient.length);
      for (let group = 0; group < groups; group++) {
        const start = group * count;
        let mean = 0;
        let projection = 0;
        for (let k = 0; k < count; k++) {
          const scaled = (gradient[start + k] ?? 0) * affine(start + k).scale;
          mean += scaled / count;
          projection += (scaled * (centred[start + k] ?? 0)) / count;
        }
        for (let k = 0; k < count; k++) {
          const scaled = (gradient[start + k] ?? 0) * affine(start + k).scale;
          into[start + k] =
            (scaled - (isCentred ? mean : 0) - (centred[start + k] ?? 0) * projection) *
            (inverse[group] ?? 1);
        }
      }
      return [into];
    },
  };
}

const layerNormalization: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const axis = axisOf(intAttribute(node, "axis", -1), x.shape.length);
  const count = countOf(x.shape.slice(axis));
  const scale = inputs[1]?.data;
  const bias = inputs[2]?.data;
  const isCentred = node.op === "LayerNormalization";
  return normalizeGroups(
    x,
    count,
    intAttribute(node, "epsilon", 1e-5),
    (index) => ({ scale: scale?.[index % count] ?? 1, bias: bias?.[index % count] ?? 0 }),
    isCentred,
  );
};

const instanceNormalization: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const count = countOf(x.shape.slice(2));
  const channels = x.shape[1] ?? 1;
  return normalizeGroups(
    x,
    count,
    intAttribute(node, "epsilon", 1e-5),
    (index) => {
      const channel = Math.floor(index / count) % channels;
      return { scale: inputs[1]?.data[channel] ?? 1, bias: inputs[2]?.data[channel] ?? 0 };
    },
    true,
  );
};

export const normalizationOperators: Readonly<Record<string, Operator>> = {
  Softmax: softmax,
  LogSoftmax: softmax,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: layerNormalization,
  SimplifiedLayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
};
