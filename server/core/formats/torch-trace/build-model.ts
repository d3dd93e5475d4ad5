import { productOf } from "../../base/product.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
import {
  absent,
  type Model,
  type Node,
  type SourceFrame,
  type SourceTable,
  type Value,
  type ValueId,
  type Weight,
} from "../../graph/graph.js";
import { tensor } from "../../graph/value-type.js";
import type { Place } from "../../base/text-span.js";
import type { TraceCall, TraceDocument, TraceTensor } from "./document.js";
import { nameCalls } from "./name-calls.js";
import type { CallView, ProgramNumber } from "./operator.js";
import { mapCall } from "./operators.js";

/** What is known of the model besides its trace. */
export interface TracedSubject {
  readonly name: string;
  /** Class of the model, the first part of every scope. */
  readonly className: string;
  /** The file whose lines the user looks at; "" when an expression alone was given. */
  readonly mainFile: string;
  readonly parameterCount: number;
}

/** The common model of a trace: a node for each call, in the order in which they ran. */
export function buildModel(document: TraceDocument, subject: TracedSubject): Model {
  const graph = new GraphBuilder(document);
  const inputs = document.inputs.map(({ tensor: index, name }) => graph.input(index, name));
  const names = nameCalls(document, subject.className);
  const callFrames: (readonly number[])[] = [];
  const moduleOfNode: number[] = [];
  const nodes: Node[] = [];
  for (const [index, call] of document.calls.entries()) {
    const { name = call.op, scope = "" } = names[index] ?? {};
    const mapped = mapCall(new TracedCall(document, call));
    const place = placeOf(document, call.frames, subject.mainFile);
    nodes.push({
      name,
      op: mapped.op,
      domain: mapped.domain,
      sourceOp: call.op,
      inputs: mapped.inputs.map((operand) => graph.operand(operand)),
      outputs: call.outputs.map((output, position) =>
        graph.make(output, position === 0 ? name : `${name}#${position}`),
      ),
      attributes: mapped.attributes,
      scope,
      ...(place !== undefined && { place }),
    });
    callFrames.push(call.frames);
    moduleOfNode.push(call.module);
  }
  const sources: SourceTable = {
    mainFile: subject.mainFile,
    frames: document.frames,
    callFrames,
    moduleOfNode,
    modules: document.modules.map(({ path, className, frames }) => ({
      path,
      className,
      creationFrames: frames,
    })),
  };
  return {
    format: "python",
    name: subject.name,
    producer: "",
    irVersion: undefined,
    opsets: new Map([
      ["", opsetVersion],
      ["torch", 1],
    ]),
    metadata: new Map(),
    functions: [],
    graph: {
      name: subject.name,
      inputs,
      outputs: [...new Set(document.outputs)].map((output) => graph.operand(output)),
      nodes,
      values: graph.values,
      captures: [],
    },
    trace: { parameterCount: subject.parameterCount, sources },
  };
}

/** Version of ONNX's operators that calls are mapped to. */
const opsetVersion = 23;

/** Values in the order of their making; a tensor that is written in place is a new value from then on. */
class GraphBuilder {
  readonly values: Value[] = [];
  readonly #document: TraceDocument;
  readonly #valueOfTensor = new Map<number, ValueId>();
  readonly #numbers = new Map<string, ValueId>();

  constructor(document: TraceDocument) {
    this.#document = document;
  }

  input(index: number, name: string): ValueId {
    return this.#define(index, {
      name: name === "" ? `input${index}` : name,
      ...this.#type(index),
    });
  }

  make(index: number, name: string): ValueId {
    return this.#define(index, { name, ...this.#type(index) });
  }

  operand(operand: number | ProgramNumber): ValueId {
    if (typeof operand !== "number") return this.#number(operand);
    if (operand < 0) return absent;
    return this.#valueOfTensor.get(operand) ?? this.#constant(operand);
  }

  /** Nothing in the trace makes it: a parameter, a buffer, or a tensor that the program makes from numbers. */
  #constant(index: number): ValueId {
    const traced = this.#document.tensors[index];
    const name = traced?.name ?? "";
    return this.#define(index, {
      name: name === "" ? `constant${index}` : name,
      ...(traced !== undefined && { weight: weightOf(traced) }),
    });
  }

  /** A number of the program is an argument of the kernel: it takes no memory of its own. */
  #number({ elementType, value }: ProgramNumber): ValueId {
    const name = `${value}`;
    const key = `${elementType} ${name}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const weight: Weight = {
      elementType,
      shape: [],
      byteLength: 0,
      isBuffer: true,
      data: [value],
    };
    this.values.push({ name, weight });
    this.#numbers.set(key, this.values.length - 1);
    return this.values.length - 1;
  }

  #define(index: number, value: Value): ValueId {
    this.values.push(value);
    this.#valueOfTensor.set(index, this.values.length - 1);
    return this.values.length - 1;
  }

  #type(index: number): Pick<Value, "declared"> {
    const traced = this.#document.tensors[index];
    return traced === undefined ? {} : { declared: tensor(traced.elementType, traced.shape) };
  }
}

function weightOf({ elementType = "float32", shape, role }: TraceTensor): Weight {
  const elements = productOf(shape);
  return {
    elementType,
    shape,
    byteLength: bytesOfElements(elementType, elements),
    ...(role !== "parameter" && { isBuffer: true }),
  };
}

class TracedCall implements CallView {
  readonly op: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly attributes: TraceCall["attributes"];
  readonly module: number;
  readonly frames: readonly number[];
  readonly #tensors: readonly TraceTensor[];

  constructor({ tensors }: TraceDocument, call: TraceCall) {
    this.#tensors = tensors;
    this.op = call.op;
    this.inputs = call.inputs;
    this.outputs = call.outputs;
    this.attributes = call.attributes;
    this.module = call.module;
    this.frames = call.frames;
  }

  shape(input: number): readonly number[] | undefined {
    return this.#tensors[this.inputs[input] ?? -1]?.shape;
  }

  elementType(input: number): ElementType | undefined {
    return this.#tensors[this.inputs[input] ?? -1]?.elementType;
  }

  outputShape(output: number): readonly number[] | undefined {
    return this.#tensors[this.outputs[output] ?? -1]?.shape;
  }

  outputElementType(output: number): ElementType | undefined {
    return this.#tensors[this.outputs[output] ?? -1]?.elementType;
  }
}

/** The innermost frame in the file that the user looks at; the innermost of all where none is. */
function placeOf(
  { frames }: TraceDocument,
  indices: readonly number[],
  mainFile: string,
): Place | undefined {
  let chosen: SourceFrame | undefined;
  for (const index of indices) {
    const frame = frames[index];
    if (frame === undefined || frame.file === "") continue;
    chosen ??= frame;
    if (frame.file !== mainFile) continue;
    chosen = frame;
    break;
  }
  if (chosen === undefined) return undefined;
  const { file, line, character, endLine, endCharacter } = chosen;
  return { kind: "source", file, line, character, endLine, endCharacter };
}
