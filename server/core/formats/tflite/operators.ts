import type { Attribute } from "../../graph/graph.js";

/** What an operator of the file is in the graph. */
export interface MappedOperator {
  readonly op: string;
  /** "" where ONNX has the same operator, `tflite` for those with a layout or semantics of their own. */
  readonly domain: "" | "tflite";
  /** Positions in the file's list of inputs; the file's own order when left out. */
  readonly inputs?: readonly number[];
  /** Put in place of the file's options. */
  readonly attributes?: ReadonlyMap<string, Attribute>;
}

interface OperatorView {
  readonly name: string;
  readonly inputCount: number;
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Numbers of a small constant input. */
  readonly constant: (input: number) => readonly number[] | undefined;
}

/**
 * Operators that say the same in ONNX take its names, so that lowering passes and rules are shared. Others keep their
 * own under the domain `tflite`: convolutions and pools are channels-last, paddings are pairs, axes come as tensors.
 */
export function mapOperator(operator: OperatorView): MappedOperator {
  const { name } = operator;
  const same = Object.hasOwn(sameInOnnx, name) ? sameInOnnx[name] : undefined;
  if (same !== undefined) return { op: same, domain: "" };
  const special = Object.hasOwn(specials, name) ? specials[name]?.(operator) : undefined;
  return special ?? { op: name, domain: "tflite" };
}

/** Same inputs in the same order, and no attribute that ONNX would read otherwise. */
const sameInOnnx: Readonly<Record<string, string>> = {
  ABS: "Abs",
  ADD: "Add",
  ADD_N: "Sum",
  CEIL: "Ceil",
  COS: "Cos",
  DIV: "Div",
  ELU: "Elu",
  EQUAL: "Equal",
  EXP: "Exp",
  FLOOR: "Floor",
  GATHER_ND: "GatherND",
  GELU: "Gelu",
  GREATER: "Greater",
  GREATER_EQUAL: "GreaterOrEqual",
  HARD_SWISH: "HardSwish",
  LEAKY_RELU: "LeakyRelu",
  LESS: "Less",
  LESS_EQUAL: "LessOrEqual",
  LOG: "Log",
  LOGICAL_AND: "And",
  LOGICAL_NOT: "Not",
  LOGICAL_OR: "Or",
  LOGISTIC: "Sigmoid",
  LOG_SOFTMAX: "LogSoftmax",
  MAXIMUM: "Max",
  MINIMUM: "Min",
  MUL: "Mul",
  NEG: "Neg",
  POW: "Pow",
  PRELU: "PRelu",
  RELU: "Relu",
  ROUND: "Round",
  SELECT_V2: "Where",
  SHAPE: "Shape",
  SIGN: "Sign",
  SIN: "Sin",
  SOFTMAX: "Softmax",
  SQRT: "Sqrt",
  SUB: "Sub",
  TANH: "Tanh",
  TILE: "Tile",
  BROADCAST_TO: "Expand",
};

const int = (value: number): Attribute => ({ kind: "int", value });

const specials: Readonly<Record<string, (operator: OperatorView) => MappedOperator | undefined>> = {
  RELU6: clip,
  RELU_N1_TO_1: clip,
  RELU_0_TO_1: clip,
  CONCATENATION: ({ attributes }) => ({ op: "Concat", domain: "", attributes }),
  RESHAPE: ({ inputCount, constant }) =>
    inputCount > 1 && constant(1) !== undefined ? { op: "Reshape", domain: "" } : undefined,
  TRANSPOSE: ({ constant }) => {
    const perm = constant(1);
    return perm === undefined
      ? undefined
      : {
          op: "Transpose",
          domain: "",
          attributes: new Map<string, Attribute>([["perm", { kind: "ints", value: perm }]]),
        };
  },
  GATHER: ({ attributes }) => {
    const batches = attributes.get("batch_dims");
    const axis = attributes.get("axis");
    return batches?.kind === "int" && batches.value !== 0
      ? undefined
      : { op: "Gather", domain: "", attributes: new Map(axis && [["axis", axis]]) };
  },
  EMBEDDING_LOOKUP: () => ({
    op: "Gather",
    domain: "",
    inputs: [1, 0],
    attributes: new Map([["axis", int(0)]]),
  }),
  CUMSUM: ({ attributes }) => ({ op: "CumSum", domain: "", attributes }),
  BATCH_MATMUL: ({ attributes }) => {
    const isPlain = ["adj_x", "adj_y"].every((name) => {
      const attribute = attributes.get(name);
      return attribute?.kind !== "int" || attribute.value === 0;
    });
    return isPlain ? { op: "MatMul", domain: "", attributes: new Map() } : undefined;
  },
};

/** The bounds are in the name; ONNX has them as inputs, whose contents no cost depends on. */
function clip(): MappedOperator {
  return { op: "Clip", domain: "", attributes: new Map() };
}
