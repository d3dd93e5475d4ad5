import {
  type CallView,
  flagOf,
  int,
  ints,
  type MappedCall,
  numberOf,
  numbersOf,
  onnx,
  type OperatorMap,
  type OperatorTable,
} from "./operator.js";

export const reductions: OperatorTable = {
  sum: reduction("ReduceSum"),
  mean: reduction("ReduceMean"),
  amax: reduction("ReduceMax"),
  amin: reduction("ReduceMin"),
  prod: reduction("ReduceProd"),
  logsumexp: reduction("ReduceLogSumExp"),
  norm: norm,
  vector_norm: norm,
  linalg_vector_norm: norm,
  max: extreme("ReduceMax", "Max"),
  min: extreme("ReduceMin", "Min"),
  argmax: position("ArgMax"),
  argmin: position("ArgMin"),
  topk: (call) =>
    onnx("TopK", call, { axis: int(numberOf(call, "dim") ?? -1), k: int(numberOf(call, "k")) }),
};

function reduction(op: string): OperatorMap {
  return (call) => {
    const dims = numbersOf(call, "dim");
    return onnx(
      op,
      call,
      {
        axes: dims === undefined || dims.length === 0 ? undefined : ints(dims),
        keepdims: int(flagOf(call, "keepdim") ? 1 : 0),
        // Nothing to reduce in a number.
        ...(call.shape(0)?.length === 0 && { noop_with_empty_axes: int(1) }),
      },
      call.inputs.slice(0, 1),
    );
  };
}

function norm(call: CallView): MappedCall | undefined {
  const order = numberOf(call, "p") ?? numberOf(call, "ord") ?? 2;
  const op = order === 1 ? "ReduceL1" : order === 2 ? "ReduceL2" : undefined;
  return op === undefined ? undefined : reduction(op)(call);
}

/** `max(x, dim)` reduces and finds places, `max(a, b)` compares element by element. */
function extreme(reduce: string, compare: string): OperatorMap {
  return (call) =>
    call.inputs.length === 2 && !call.attributes.has("dim")
      ? onnx(compare, call)
      : call.outputs.length === 1
        ? reduction(reduce)(call)
        : undefined;
}

function position(op: string): OperatorMap {
  return (call) => {
    const dims = numbersOf(call, "dim");
    if (dims?.length !== 1) return undefined;
    return onnx(op, call, {
      axis: int(dims[0]),
      keepdims: int(flagOf(call, "keepdim") ? 1 : 0),
    });
  };
}
