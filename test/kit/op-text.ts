import { expect } from "vitest";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { parseDim } from "../../server/core/graph/dim-expression.js";
import { dimText } from "../../server/core/graph/dim.js";
import { bytesOfElements, parseElementType } from "../../server/core/graph/element-type.js";
import {
  absent,
  type Attribute,
  type Model,
  type Scalar,
  type Value,
  type Weight,
} from "../../server/core/graph/graph.js";
import { infer } from "../../server/core/graph/infer.js";
import type { InferredGraph } from "../../server/core/graph/inferred.js";
import { typeText, type Shape, type ValueType } from "../../server/core/graph/value-type.js";
import type { Constant } from "../../server/core/ops/rule.js";
import { trafficOf, worksOf } from "../../server/core/work/works.js";

/**
 * One operator as a line of text:
 *
 *   Reshape(float32[2,n], int64[2]={-1,4})          a constant input has its elements in braces
 *   Conv<strides=[2,2]>(float32[1,3,8,8], weight float32[4,3,3,3], _)     `weight`: constant, not read; `_`: left out
 *   Split@11<axis=1>(float32[2,6]) -> 3              opset version, and the number of outputs (1 if not given)
 *   SequenceAt(seq(float32[2]), int64[]={0})         seq(…), optional(…), map(key, …), sparse …
 *   com.microsoft:Gelu(float16[b,4])                 other domains
 *
 * Attributes: 3, 0.5 (a float has a point), "text", lists of these in [ ], tensors as `int64[2]={1,2}`, `type:seq(…)`.
 */
export function modelOfOpText(text: string): Model {
  return new OpText(text).model();
}

/** `float32[2,3], int64[2]={2,3}`, followed by ` ! ` and a message for each problem. */
export function inferOpText(text: string): string {
  const model = modelOfOpText(text);
  return outcomeText(infer(model, neverCancelled));
}

/** `macs=0 flops=6 read=36 write=24 elementwise`; or why there is no such line: `folded`, `no-rule`, `no-shapes`. */
export function workOpText(text: string): string {
  const model = modelOfOpText(text);
  const inferred = infer(model, neverCancelled);
  const { flow, works } = worksOf(inferred, model.opsets, neverCancelled, ({ message }) => {
    throw new Error(message);
  });
  const [first] = works;
  if (first?.kind !== "known") return String(first?.kind);
  const { work } = first;
  const traffic = trafficOf(flow, 0, work);
  return `macs=${work.macs} flops=${work.otherFlops} read=${traffic?.readBytes ?? "?"} write=${traffic?.writeBytes ?? "?"} ${work.kernel.kind}`;
}

export function checkInfer(text: string, expected: string): void {
  expect(inferOpText(text), text).toBe(expected);
}

export function checkWork(text: string, expected: string): void {
  expect(workOpText(text), text).toBe(expected);
}

export function outcomeText(inferred: InferredGraph): string {
  const outputs = inferred.graph.outputs.map((id) => {
    const constant = inferred.constants.get(id);
    return `${typeText(inferred.types[id])}${constant === undefined ? "" : constantText(constant)}`;
  });
  const problems = inferred.problems.map((problem) => ` ! ${problem.message}`);
  return `${outputs.join(", ")}${problems.join("")}`;
}

function constantText(constant: Constant): string {
  const elements = constant.data.map((element) =>
    typeof element === "string" ? JSON.stringify(element) : dimText(element),
  );
  return `={${elements.join(",")}}`;
}

const opsets: ReadonlyMap<string, number> = new Map([
  ["", 28],
  ["ai.onnx.ml", 5],
  ["ai.onnx.preview", 1],
  ["ai.onnx.preview.training", 1],
  ["com.microsoft", 1],
]);

class OpText {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  model(): Model {
    const key = this.#match(/[\w.]+(:\w+)?/);
    const [domain, op] = key.includes(":") ? key.split(":") : ["", key];
    const version = this.#eat("@") ? Number(this.#match(/\d+/)) : undefined;
    const attributes = new Map<string, Attribute>();
    if (this.#eat("<"))
      do {
        const name = this.#match(/\w+/);
        this.#need("=");
        attributes.set(name, this.#attribute());
      } while (this.#eat(",") || !this.#close(">"));
    const values: Value[] = [];
    const inputs: number[] = [];
    this.#need("(");
    while (!this.#eat(")")) {
      if (this.#eat("_")) inputs.push(absent);
      else inputs.push(values.push(this.#input(values.length)) - 1);
      this.#eat(",");
    }
    const outputCount = this.#eat("->") ? Number(this.#match(/\d+/)) : 1;
    this.#match(/$/);
    const graphInputs = [...new Set(inputs)].filter(
      (id) => id !== absent && values[id]!.weight === undefined,
    );
    const outputs = Array.from(
      { length: outputCount },
      (_, index) => values.push({ name: `y${index}` }) - 1,
    );
    const nodes = [{ name: "", op: op!, domain: domain!, inputs, outputs, attributes, scope: "" }];
    return {
      format: "test",
      name: key,
      producer: "",
      irVersion: undefined,
      opsets: version === undefined ? opsets : new Map(opsets).set(domain!, version),
      metadata: new Map(),
      graph: { name: key, inputs: graphInputs, outputs, nodes, values, captures: [] },
      functions: [],
    };
  }

  #input(index: number): Value {
    if (this.#eat("weight ")) return { name: `x${index}`, weight: this.#weight(false) };
    const start = this.#at;
    const type = this.#type();
    if (!this.#eat("=")) return { name: `x${index}`, declared: type };
    this.#at = start;
    return { name: `x${index}`, weight: this.#weight(true) };
  }

  #weight(hasData: boolean): Weight {
    const type = this.#type();
    if (type.kind !== "tensor") throw new Error(`a weight is a tensor: ${this.#text}`);
    const shape = type.shape as readonly number[];
    const elementType = type.elementType!;
    const count = shape.reduce((product, extent) => product * extent, 1);
    const byteLength = bytesOfElements(elementType, count);
    if (!hasData) return { elementType, shape, byteLength };
    this.#need("=");
    this.#need("{");
    const data: Scalar[] = [];
    while (!this.#eat("}")) {
      data.push(this.#scalar());
      this.#eat(",");
    }
    if (data.length !== count) throw new Error(`${count} elements are wanted: ${this.#text}`);
    return { elementType, shape, byteLength, data };
  }

  #scalar(): Scalar {
    if (this.#text[this.#at] === '"') return JSON.parse(this.#match(/"[^"]*"/)) as string;
    return Number(this.#match(/[-+.\w]+/));
  }

  #type(): ValueType {
    if (this.#eat("seq(")) return this.#wrapped("sequence");
    if (this.#eat("optional(")) return this.#wrapped("optional");
    if (this.#eat("map(")) {
      const key = parseElementType(this.#match(/\w+/));
      this.#need(",");
      const value = this.#type();
      this.#need(")");
      return { kind: "map", key, value };
    }
    const kind = this.#eat("sparse ") ? "sparse" : "tensor";
    const name = this.#match(/\w+|\?/);
    const elementType = parseElementType(name);
    if (elementType === undefined && name !== "?")
      throw new Error(`no type ${name}: ${this.#text}`);
    return { kind, elementType, shape: this.#shape() };
  }

  #wrapped(kind: "sequence" | "optional"): ValueType {
    const element = this.#eat("?)") ? undefined : this.#type();
    if (element !== undefined) this.#need(")");
    return { kind, element };
  }

  #shape(): Shape | undefined {
    if (!this.#eat("[")) return undefined;
    const body = this.#match(/[^\]]*/);
    this.#need("]");
    if (body === "…") return undefined;
    if (body.trim() === "") return [];
    return body.split(",").map((dim) => (/^\d+$/.test(dim) ? Number(dim) : parseDim(dim.trim())));
  }

  #attribute(): Attribute {
    if (this.#eat("type:")) return { kind: "type", value: this.#type() };
    if (this.#eat("[")) {
      const values: Scalar[] = [];
      let isFloat = false;
      while (!this.#eat("]")) {
        isFloat ||= /^[-+]?\d*\.\d/.test(this.#text.slice(this.#at));
        values.push(this.#scalar());
        this.#eat(",");
      }
      if (typeof values[0] === "string") return { kind: "strings", value: values as string[] };
      return { kind: isFloat ? "floats" : "ints", value: values as number[] };
    }
    if (/^\w+\[/.test(this.#text.slice(this.#at)))
      return { kind: "tensor", value: this.#weight(true) };
    const isFloat = /^[-+]?\d*\.\d/.test(this.#text.slice(this.#at));
    const value = this.#scalar();
    if (typeof value === "string") return { kind: "string", value };
    return { kind: isFloat ? "float" : "int", value };
  }

  #skipSpace(): void {
    while (this.#text[this.#at] === " ") this.#at += 1;
  }

  #close(token: string): boolean {
    this.#need(token);
    return true;
  }

  #eat(token: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #need(token: string): void {
    if (!this.#eat(token))
      throw new Error(`"${token}" is wanted before "${this.#text.slice(this.#at)}"`);
  }

  #match(pattern: RegExp): string {
    this.#skipSpace();
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found === null)
      throw new Error(`${pattern.source} is wanted before "${this.#text.slice(this.#at)}"`);
    this.#at = sticky.lastIndex;
    return found[0];
  }
}
