import type { Outcome, Problem } from "../base/problem.js";
import { productOf } from "../base/product.js";
import {
  isElementType,
  parseElementType,
  bytesOfElements,
  type ElementType,
} from "../graph/element-type.js";
import type { Attribute, Model, Scalar, Value, Weight } from "../graph/graph.js";
import { tensor, type TensorType } from "../graph/value-type.js";
import { expandShorthand, type OpCall, type OpInput } from "./op-shorthand.js";

/**
 * One operator as text, in ONNX's names and input order:
 * `Conv(fp16[8,64,56,56], fp16[128,64,3,3], strides=[2,2], group=1)`; inputs may be named (`q=bf16[1,8,1,128]`), and an
 * integer list in place of an input (`Reshape(float32[2,3], {6})`) is a constant. The model has one node.
 */
export function readOpCall(text: string): Outcome<Model | undefined> {
  const reader = new OpReader(text);
  const call = reader.call();
  if (call === undefined) return { value: undefined, problems: reader.problems };
  const expanded = expandShorthand(call);
  if ("complaint" in expanded) {
    reader.fail(expanded.complaint);
    return { value: undefined, problems: reader.problems };
  }
  return { value: modelOf(expanded, text), problems: reader.problems };
}

/** A type as people write it: `float32[1,3,224,224]`, `bf16[4096]`, `int64[]`. Undefined when it is none. */
export function parseTensorType(text: string): TensorType | undefined {
  const found = /^\s*([A-Za-z0-9_-]+)\s*\[([\d\s,]*)\]\s*$/.exec(text);
  const elementType = found?.[1] === undefined ? undefined : parseElementType(found[1]);
  if (elementType === undefined) return undefined;
  const body = (found?.[2] ?? "").trim();
  const extents =
    body === "" ? [] : body.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  return extents.every((extent) => Number.isSafeInteger(extent))
    ? tensor(elementType, extents)
    : undefined;
}

/** Input order of operators whose inputs are commonly written by name. */
const inputNames: Readonly<Record<string, readonly string[]>> = {
  Attention: ["q", "k", "v", "attn_mask", "past_key", "past_value"],
  MatMul: ["a", "b"],
  Gemm: ["a", "b", "c"],
  Conv: ["x", "w", "b"],
  MLA: ["q", "kv"],
  MoE: [
    "input",
    "router_probs",
    "fc1_experts_weights",
    "fc1_experts_bias",
    "fc2_experts_weights",
    "fc2_experts_bias",
    "fc3_experts_weights",
    "fc3_experts_bias",
  ],
};

/** Later inputs of these operators are weights; a product with a right operand of rank 3 or more is of activations. */
const weightedOperators = new Set(["MatMul", "Gemm", "Conv", "ConvTranspose", "FusedConv", "MoE"]);

function isWeight(op: string, index: number, type: TensorType): boolean {
  if (index === 0 || !weightedOperators.has(op)) return false;
  if (op === "MoE") return index >= 2;
  return op !== "MatMul" || (type.shape ?? []).length <= 2;
}

/** Short spellings of attributes that the command line takes beside ONNX's own. */
const attributeAliases: Readonly<Record<string, string>> = { causal: "is_causal" };

class OpReader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  call(): OpCall | undefined {
    const name = this.#match(/[A-Za-z_][\w.]*(?::[A-Za-z_]\w*)?/y);
    if (name === undefined)
      return this.#fail(
        "an operator's name is expected, as in `MatMul(bf16[64,128], bf16[128,256])`",
      );
    if (!this.#skip("(")) return this.#fail("`(` is expected after the operator's name");
    const named = new Map<string, OpInput>();
    const inputs: OpInput[] = [];
    const attributes = new Map<string, Attribute>();
    while (!this.#skip(")")) {
      if (inputs.length + named.size + attributes.size > 0 && !this.#skip(","))
        return this.#fail("`,` or `)` is expected");
      const word = this.#match(/[A-Za-z_]\w*(?=\s*=)/y);
      if (word !== undefined) this.#skip("=");
      const input = this.#input(word ?? "");
      if (input !== undefined) {
        if (word === undefined) inputs.push(input);
        else named.set(word, input);
        continue;
      }
      if (word === undefined)
        return this.#fail(
          "an input such as `float32[1,3]`, or an attribute such as `axis=1`, is expected",
        );
      const attribute = this.#attribute();
      if (attribute === undefined)
        return this.#fail(`the value of \`${word}\` is not a number, a list, a word or a type`);
      attributes.set(
        Object.hasOwn(attributeAliases, word) ? (attributeAliases[word] ?? word) : word,
        attribute,
      );
    }
    this.#blank();
    if (this.#at < this.#text.length)
      return this.#fail("nothing is expected after the closing `)`");
    const [domain, op] = name.includes(":") ? splitOnce(name, ":") : ["", name];
    const order = inputNames[op] ?? [];
    for (const [word, input] of named) {
      const index = order.indexOf(word.toLowerCase());
      if (index < 0) inputs.push(input);
      else {
        while (inputs.length < index) inputs.push({ kind: "absent" });
        inputs[index] = input;
      }
    }
    return { op, domain, inputs, attributes };
  }

  #input(name: string): OpInput | undefined {
    if (this.#match(/_(?![\w])/y) !== undefined) return { kind: "absent" };
    if (this.#skip("{")) {
      const data = this.#match(/[-+\d.eE,\s]*(?=\})/y);
      this.#skip("}");
      const numbers = (data ?? "")
        .split(",")
        .filter((part) => part.trim() !== "")
        .map(Number);
      return { kind: "constant", name, data: numbers };
    }
    const text = this.#match(/[A-Za-z][\w-]*\s*\[[^\]]*\]/y);
    if (text === undefined) return undefined;
    const type = parseTensorType(text);
    if (type !== undefined) return { kind: "tensor", name, type };
    this.#fail(`\`${text}\` is not a type; write for example \`bf16[4096,11008]\``);
    return { kind: "absent" };
  }

  #attribute(): Attribute | undefined {
    const list = this.#match(/\[[^\]]*\]/y);
    if (list !== undefined) {
      const numbers = list
        .slice(1, -1)
        .split(",")
        .filter((part) => part.trim() !== "")
        .map(Number);
      if (numbers.some((value) => !Number.isFinite(value))) return undefined;
      return numbers.every(Number.isInteger)
        ? { kind: "ints", value: numbers }
        : { kind: "floats", value: numbers };
    }
    const number = this.#match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y);
    if (number !== undefined) {
      const value = Number(number);
      return /[.eE]/.test(number) ? { kind: "float", value } : { kind: "int", value };
    }
    const text = this.#match(/"[^"]*"|'[^']*'/y);
    if (text !== undefined) return { kind: "string", value: text.slice(1, -1) };
    const word = this.#match(/[A-Za-z_][\w.]*/y);
    if (word === undefined) return undefined;
    if (word === "true" || word === "false") return { kind: "int", value: word === "true" ? 1 : 0 };
    return { kind: "string", value: word };
  }

  #blank(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  #skip(character: string): boolean {
    this.#blank();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(sticky: RegExp): string | undefined {
    this.#blank();
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** Complains of the call as a whole. */
  fail(sentence: string): void {
    this.#at = 0;
    this.#fail(sentence);
  }

  /** Generic, so that any method can end with `return this.#fail(…)`. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- see above
  #fail<T>(sentence: string): T | undefined {
    this.problems.push({
      code: "RP1090",
      severity: "error",
      message: `Operator text, character ${this.#at + 1}: ${sentence}.`,
      place: {
        kind: "text",
        span: { start: this.#at, end: Math.min(this.#text.length, this.#at + 1) },
      },
    });
    return undefined;
  }
}

function modelOf(call: OpCall, text: string): Model {
  const values: Value[] = [];
  const inputs: number[] = [];
  const graphInputs: number[] = [];
  for (const [index, input] of call.inputs.entries()) {
    if (input.kind === "absent") {
      inputs.push(-1);
      continue;
    }
    const name = input.name === "" ? `input_${index}` : input.name;
    inputs.push(values.length);
    if (input.kind === "constant") {
      values.push({ name, weight: constantWeight(input.data) });
    } else if (isWeight(call.op, index, input.type)) {
      values.push({ name, declared: input.type, weight: referenceWeight(input.type) });
    } else {
      graphInputs.push(values.length);
      values.push({ name, declared: input.type });
    }
  }
  const output = values.length;
  values.push({ name: "output" });
  return {
    format: "op",
    name: call.op,
    producer: "",
    irVersion: undefined,
    opsets: new Map([
      ["", 26],
      ["com.microsoft", 1],
      ["ai.onnx.ml", 5],
    ]),
    metadata: new Map(),
    functions: [],
    graph: {
      name: call.op,
      inputs: graphInputs,
      outputs: [output],
      nodes: [
        {
          name: "",
          op: call.op,
          domain: call.domain,
          inputs,
          outputs: [output],
          attributes: call.attributes,
          scope: "",
          place: { kind: "text", span: { start: 0, end: text.length } },
        },
      ],
      values,
      captures: [],
    },
  };
}

function constantWeight(data: readonly Scalar[]): Weight {
  const elementType: ElementType = data.every((value) => Number.isInteger(value))
    ? "int64"
    : "float32";
  return {
    elementType,
    shape: [data.length],
    byteLength: bytesOfElements(elementType, data.length),
    data,
  };
}

function referenceWeight(type: TensorType): Weight {
  const shape = (type.shape ?? []).map((extent) => (typeof extent === "number" ? extent : 1));
  const elementType =
    type.elementType !== undefined && isElementType(type.elementType)
      ? type.elementType
      : "float32";
  return {
    elementType,
    shape,
    byteLength: bytesOfElements(elementType, productOf(shape)),
  };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const index = text.indexOf(separator);
  return [text.slice(0, index), text.slice(index + separator.length)];
}
