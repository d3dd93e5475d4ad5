import type { Attribute, Attributes, Scalar } from "../../graph/graph.js";
import type { ElementType } from "../../graph/element-type.js";
import type { TraceCall, TraceValue } from "./document.js";

/** A call with the types of its tensors at hand. */
export interface CallView extends TraceCall {
  shape(input: number): readonly number[] | undefined;
  elementType(input: number): ElementType | undefined;
  outputShape(output: number): readonly number[] | undefined;
  outputElementType(output: number): ElementType | undefined;
}

/** What a call is in the graph. `inputs` are tensors of the trace, -1 for none, or numbers of the program. */
export interface MappedCall {
  readonly op: string;
  /** "" for ONNX's own, `torch` for what ONNX has no counterpart of. */
  readonly domain: "" | "torch" | "com.microsoft";
  readonly inputs: readonly (number | ProgramNumber)[];
  readonly attributes: Attributes;
}

/** A number that stands in the program's text: the 0.5 of `x * 0.5`. */
export interface ProgramNumber {
  readonly elementType: ElementType;
  readonly value: Scalar;
}

/** Answers undefined where this form of the call has no counterpart; it is then kept under torch's own name. */
export type OperatorMap = (call: CallView) => MappedCall | undefined;

export type OperatorTable = Readonly<Record<string, OperatorMap>>;

/** An operator of ONNX; inputs are those of the call unless given. */
export function onnx(
  op: string,
  call: CallView,
  attributes: Readonly<Record<string, Attribute | undefined>> = {},
  inputs: MappedCall["inputs"] = call.inputs,
): MappedCall {
  return { op, domain: "", inputs, attributes: attributesOf(attributes) };
}

export function torch(
  op: string,
  call: CallView,
  attributes: Readonly<Record<string, Attribute | undefined>> = {},
  inputs: MappedCall["inputs"] = call.inputs,
): MappedCall {
  return { op, domain: "torch", inputs, attributes: attributesOf(attributes) };
}

/** One ONNX operator for each of the names, with nothing to translate. */
export function renamed(names: Readonly<Record<string, string>>): OperatorTable {
  return Object.fromEntries(
    Object.entries(names).map(([name, op]): [string, OperatorMap] => [
      name,
      (call) => onnx(op, call),
    ]),
  );
}

export function int(value: number | undefined): Attribute | undefined {
  return value === undefined ? undefined : { kind: "int", value: Math.trunc(value) };
}

export function float(value: number | undefined): Attribute | undefined {
  return value === undefined ? undefined : { kind: "float", value };
}

export function ints(value: readonly number[] | undefined): Attribute | undefined {
  return value === undefined ? undefined : { kind: "ints", value };
}

export function text(value: string | undefined): Attribute | undefined {
  return value === undefined ? undefined : { kind: "string", value };
}

export function numberOf(call: TraceCall, name: string): number | undefined {
  const value = call.attributes.get(name);
  return typeof value === "number" ? value : typeof value === "boolean" ? Number(value) : undefined;
}

export function flagOf(call: TraceCall, name: string): boolean {
  const value = call.attributes.get(name);
  return value === true || (typeof value === "number" && value !== 0);
}

export function textOf(call: TraceCall, name: string): string | undefined {
  const value = call.attributes.get(name);
  return typeof value === "string" ? value : undefined;
}

/** A list of numbers; one number stands for `rank` equal ones. */
export function numbersOf(
  call: TraceCall,
  name: string,
  rank?: number,
): readonly number[] | undefined {
  const value = call.attributes.get(name);
  if (typeof value === "number")
    return rank === undefined ? [value] : new Array<number>(rank).fill(value);
  if (!isList(value)) return undefined;
  const numbers = value.filter((item) => typeof item === "number");
  if (numbers.length !== value.length) return undefined;
  const [only] = numbers;
  if (numbers.length === 1 && rank !== undefined && only !== undefined)
    return new Array<number>(rank).fill(only);
  return numbers;
}

/** What the call carries, in the graph's own kinds: for operators that are kept under torch's name. */
export function plainAttributes(call: TraceCall): Attributes {
  const result = new Map<string, Attribute>();
  for (const [name, value] of call.attributes) {
    const attribute = attributeOf(value);
    if (attribute !== undefined) result.set(name, attribute);
  }
  return result;
}

function attributeOf(value: TraceValue): Attribute | undefined {
  if (typeof value === "boolean") return { kind: "int", value: Number(value) };
  if (typeof value === "string") return { kind: "string", value };
  if (typeof value === "number") return { kind: Number.isInteger(value) ? "int" : "float", value };
  const numbers = value.filter((item) => typeof item === "number");
  if (numbers.length === value.length)
    return { kind: numbers.every(Number.isInteger) ? "ints" : "floats", value: numbers };
  const texts = value.filter((item) => typeof item === "string");
  return texts.length === value.length ? { kind: "strings", value: texts } : undefined;
}

function attributesOf(given: Readonly<Record<string, Attribute | undefined>>): Attributes {
  const result = new Map<string, Attribute>();
  for (const [name, attribute] of Object.entries(given))
    if (attribute !== undefined) result.set(name, attribute);
  return result;
}

function isList(value: TraceValue | undefined): value is readonly TraceValue[] {
  return Array.isArray(value);
}
