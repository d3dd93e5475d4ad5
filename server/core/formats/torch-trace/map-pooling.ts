import {
  type CallView,
  flagOf,
  int,
  ints,
  type MappedCall,
  numbersOf,
  onnx,
  type OperatorMap,
  type OperatorTable,
} from "./operator.js";

export const poolings: OperatorTable = {
  max_pool1d: pool("MaxPool", 1),
  max_pool2d: pool("MaxPool", 2),
  max_pool3d: pool("MaxPool", 3),
  max_pool1d_with_indices: pool("MaxPool", 1),
  max_pool2d_with_indices: pool("MaxPool", 2),
  max_pool3d_with_indices: pool("MaxPool", 3),
  avg_pool1d: pool("AveragePool", 1),
  avg_pool2d: pool("AveragePool", 2),
  avg_pool3d: pool("AveragePool", 3),
  adaptive_avg_pool1d: adaptive("GlobalAveragePool", 1),
  adaptive_avg_pool2d: adaptive("GlobalAveragePool", 2),
  adaptive_avg_pool3d: adaptive("GlobalAveragePool", 3),
  adaptive_max_pool1d: adaptive("GlobalMaxPool", 1),
  adaptive_max_pool2d: adaptive("GlobalMaxPool", 2),
  adaptive_max_pool3d: adaptive("GlobalMaxPool", 3),
};

function pool(op: string, rank: number): OperatorMap {
  return (call) => {
    const kernel = numbersOf(call, "kernel_size", rank);
    if (kernel?.length !== rank || call.shape(0)?.length !== rank + 2) return undefined;
    const given = numbersOf(call, "stride", rank);
    const strides = given === undefined || given.length === 0 ? kernel : given;
    const padding = numbersOf(call, "padding", rank) ?? kernel.map(() => 0);
    const countsPads = call.attributes.get("count_include_pad") !== false;
    return onnx(op, call, {
      kernel_shape: ints(kernel),
      strides: ints(strides),
      pads: ints([...padding, ...padding]),
      ceil_mode: int(flagOf(call, "ceil_mode") ? 1 : 0),
      dilations: op === "MaxPool" ? ints(numbersOf(call, "dilation", rank)) : undefined,
      count_include_pad: op === "AveragePool" ? int(countsPads ? 1 : 0) : undefined,
    });
  };
}

/** To one element an axis it is a global pool; other sizes have windows that differ, and stay torch's own. */
function adaptive(op: string, rank: number): OperatorMap {
  return (call: CallView): MappedCall | undefined => {
    const output = call.outputShape(0);
    const isGlobal =
      call.shape(0)?.length === rank + 2 && output?.slice(2).every((extent) => extent === 1);
    return isGlobal === true ? onnx(op, call) : undefined;
  };
}
