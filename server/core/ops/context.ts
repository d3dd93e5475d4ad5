import type { Problem } from "../base/problem.js";
import type { Dim } from "../graph/dim.js";
import { absent, type Graph } from "../graph/graph.js";
import { elementCount, knownShape, type Shape, type ValueType } from "../graph/value-type.js";
import { NodeReader, type GraphFacts } from "./node-reader.js";
import type { BodyWork, Inferred, InferContext, WorkContext } from "./rule.js";

/** What a node being inferred may ask of the pass that infers it. */
export interface InferHost {
  report(problem: Problem): void;
  freshDim(most?: Dim): Dim;
  inferBody(
    caller: InferReader,
    body: Graph,
    inputs: readonly (Inferred | undefined)[],
  ): readonly (Inferred | undefined)[];
}

export class InferReader extends NodeReader implements InferContext {
  readonly #host: InferHost;

  constructor(facts: GraphFacts, opsets: ReadonlyMap<string, number>, host: InferHost) {
    super(facts, opsets);
    this.#host = host;
  }

  error(message: string): void {
    this.#complain("RP1102", "error", message);
  }

  warn(message: string): void {
    this.#complain("RP1102", "warning", message);
  }

  /** Reports under another code; the driver uses it for declared types that contradict (RP1103). */
  complain(code: string, message: string): void {
    this.#complain(code, "warning", message);
  }

  freshDim(most?: Dim): Dim {
    return this.#host.freshDim(most);
  }

  inferBody(
    body: Graph,
    inputs: readonly (Inferred | undefined)[],
  ): readonly (Inferred | undefined)[] {
    return this.#host.inferBody(this, body, inputs);
  }

  #complain(code: string, severity: Problem["severity"], message: string): void {
    const { node, nodeId } = this;
    const subject = node.name === "" ? node.op : `${node.op} \`${node.name}\``;
    this.#host.report({
      code,
      severity,
      message: `${subject}: ${sentence(withoutPrefix(message, node.op))}`,
      nodeId,
      ...(node.place !== undefined && { place: node.place }),
    });
  }
}

/** Sums the work in a body of the node the reader stands at. */
export type BodyMeter = (caller: WorkReader, body: Graph) => BodyWork | undefined;

export class WorkReader extends NodeReader implements WorkContext {
  readonly #meter: BodyMeter;

  constructor(facts: GraphFacts, opsets: ReadonlyMap<string, number>, meter: BodyMeter) {
    super(facts, opsets);
    this.#meter = meter;
  }

  outputType(index: number): ValueType | undefined {
    const id = this.node.outputs[index] ?? absent;
    return id === absent ? undefined : this.facts.types[id];
  }

  outputShape(index: number): Shape | undefined {
    const type = this.outputType(index);
    return type?.kind === "tensor" ? type.shape : undefined;
  }

  dims(index: number): readonly number[] | undefined {
    return knownShape(this.shape(index));
  }

  outputDims(index: number): readonly number[] | undefined {
    return knownShape(this.outputShape(index));
  }

  inputElements(index: number): number | undefined {
    return elementCount(this.shape(index));
  }

  outputElements(index: number): number | undefined {
    return elementCount(this.outputShape(index));
  }

  bodyWork(body: Graph): BodyWork | undefined {
    return this.#meter(this, body);
  }
}

/** Rules may or may not name their operator; the message names it once. */
function withoutPrefix(message: string, op: string): string {
  return message.startsWith(`${op}: `) ? message.slice(op.length + 2) : message;
}

function sentence(message: string): string {
  return /[.?…]$/.test(message) ? message : `${message}.`;
}
