import {
  type CallView,
  flagOf,
  float,
  int,
  type MappedCall,
  numberOf,
  numbersOf,
  onnx,
  type OperatorTable,
} from "./operator.js";

export const normalizations: OperatorTable = {
  batch_norm: batchNorm,
  sync_batch_norm: batchNorm,
  layer_norm: (call) => {
    const [input = -1, weight = -1, bias = -1] = call.inputs;
    return onnx(
      "LayerNormalization",
      call,
      { axis: int(-normalizedRank(call)), epsilon: float(numberOf(call, "eps")) },
      trimmed([input, weight, bias]),
    );
  },
  rms_norm: (call) =>
    onnx("RMSNormalization", call, {
      axis: int(-normalizedRank(call)),
      epsilon: float(numberOf(call, "eps")),
    }),
  group_norm: (call) =>
    onnx("GroupNormalization", call, {
      num_groups: int(numberOf(call, "num_groups") ?? 1),
      epsilon: float(numberOf(call, "eps")),
    }),
  instance_norm: instanceNorm,
  local_response_norm: (call) => onnx("LRN", call, { size: int(numberOf(call, "size") ?? 1) }),
  normalize: (call) =>
    onnx("LpNormalization", call, {
      axis: int(numberOf(call, "dim") ?? 1),
      p: int(numberOf(call, "p") ?? 2),
    }),
  softmax,
  softmin: softmax,
  log_softmax: (call) => onnx("LogSoftmax", call, { axis: int(axisOf(call)) }),
};

function softmax(call: CallView): MappedCall {
  return onnx("Softmax", call, { axis: int(axisOf(call)) });
}

function axisOf(call: CallView): number {
  return numberOf(call, "dim") ?? numbersOf(call, "dim")?.[0] ?? -1;
}

/** torch: input, running mean, running variance, weight, bias; ONNX: input, scale, shift, mean, variance. */
function batchNorm(call: CallView): MappedCall {
  const [input = -1, mean = -1, variance = -1, weight = -1, bias = -1] = call.inputs;
  const usesOwnStatistics = flagOf(call, "training") || mean < 0;
  return onnx(
    "BatchNormalization",
    call,
    {
      epsilon: float(numberOf(call, "eps")),
      ...(usesOwnStatistics && { training_mode: int(1) }),
    },
    [input, weight, bias, mean, variance],
  );
}

function instanceNorm(call: CallView): MappedCall {
  const [input = -1, , , weight = -1, bias = -1] = call.inputs;
  const inputs = call.inputs.length > 3 ? [input, weight, bias] : call.inputs;
  return onnx("InstanceNormalization", call, { epsilon: float(numberOf(call, "eps")) }, inputs);
}

function normalizedRank(call: CallView): number {
  const shape = numbersOf(call, "normalized_shape");
  return Math.max(1, shape?.length ?? call.shape(1)?.length ?? 1);
}

function trimmed(inputs: readonly number[]): readonly number[] {
  let count = inputs.length;
  while (count > 0 && (inputs[count - 1] ?? -1) < 0) count -= 1;
  return inputs.slice(0, count);
}
