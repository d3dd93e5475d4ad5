import { isElementType, type ElementType } from "../../graph/element-type.js";
import type { SourceFrame } from "../../graph/graph.js";
import type {
  TensorRole,
  TraceCall,
  TraceDocument,
  TraceModule,
  TraceTensor,
  TraceValue,
} from "./document.js";
import { countOf, fieldsOf, listOf, textOf, wholeOf } from "./fields.js";

/**
 * A trace as data that can be relied on, or undefined where it is none. Whatever does not hold is left out: an index
 * that leads nowhere becomes "none", a call without a name is dropped. Time and memory are linear in the input.
 */
export function decodeTrace(
  value: unknown,
  toHost: (path: string) => string = (path) => path,
): TraceDocument | undefined {
  const fields = fieldsOf(value);
  if (fields?.["version"] !== traceVersion || !Array.isArray(fields["calls"])) return undefined;
  const files = listOf(fields["files"], limits.files).map((file) => toHost(textOf(file)));
  const frames = listOf(fields["frames"], limits.frames).map((row) => decodeFrame(row, files));
  const tensors = listOf(fields["tensors"], limits.tensors).map(decodeTensor);
  const modules = listOf(fields["modules"], limits.modules).map((row) =>
    decodeModule(row, frames.length),
  );
  const bounds: Bounds = {
    tensors: tensors.length,
    modules: modules.length,
    frames: frames.length,
  };
  const calls = listOf(fields["calls"], limits.calls).flatMap((call) => {
    const decoded = decodeCall(listOf(call, 6), bounds);
    return decoded === undefined ? [] : [decoded];
  });
  const names = listOf(fields["inputNames"], limits.inputs);
  return {
    frames,
    tensors,
    modules,
    calls,
    inputs: listOf(fields["inputs"], limits.inputs).flatMap((input, index) => {
      const tensor = wholeOf(input, 0, tensors.length - 1);
      return tensor === undefined ? [] : [{ tensor, name: textOf(names[index], 256) }];
    }),
    outputs: listOf(fields["outputs"], limits.inputs).flatMap((output) => {
      const tensor = wholeOf(output, 0, tensors.length - 1);
      return tensor === undefined ? [] : [tensor];
    }),
  };
}

/** Changes with the form of what the engine writes: answers that are kept must be of this one. */
export const traceVersion = 2;

/** A model of a million calls is a mistake; beyond these nothing is read. */
const limits = {
  files: 10_000,
  frames: 2_000_000,
  tensors: 4_000_000,
  modules: 200_000,
  calls: 1_000_000,
  inputs: 10_000,
  rank: 64,
  framesOfCall: 64,
  operands: 100_000,
  attributes: 64,
  listed: 4096,
} as const;

interface Bounds {
  readonly tensors: number;
  readonly modules: number;
  readonly frames: number;
}

/** `[file, line, column, end line, end column, function]`. */
function decodeFrame(row: unknown, files: readonly string[]): SourceFrame {
  const [file, line, character, endLine, endCharacter, name] = listOf(row, 6);
  const start = countOf(line) ?? 0;
  const end = Math.max(start, countOf(endLine) ?? start);
  const from = countOf(character) ?? 0;
  const to = countOf(endCharacter) ?? from;
  return {
    file: files[wholeOf(file, 0, files.length - 1) ?? -1] ?? "",
    line: start,
    character: from,
    endLine: end,
    endCharacter: end === start ? Math.max(from, to) : to,
    functionName: textOf(name, 512),
  };
}

/** `[shape, type, role]`, of what has a name `[shape, type, role, name]`. */
function decodeTensor(row: unknown): TraceTensor {
  const [shape, type, kind, name] = listOf(row, 4);
  return {
    shape: listOf(shape, limits.rank).map((extent) => countOf(extent) ?? 0),
    elementType: elementTypeOf(textOf(type, 64)),
    role: roles.find((role) => role === kind) ?? "activation",
    name: textOf(name, 1024),
  };
}

const roles: readonly TensorRole[] = ["input", "parameter", "buffer", "constant", "activation"];

/** `[path, class, frames]`. */
function decodeModule(row: unknown, frameCount: number): TraceModule {
  const [path, className, frames] = listOf(row, 3);
  return {
    path: textOf(path, 1024),
    className: textOf(className, 256),
    frames: decodeFrames(frames, frameCount),
  };
}

/** `[operator, inputs, outputs, attributes, module, frames]`. */
function decodeCall(row: readonly unknown[], bounds: Bounds): TraceCall | undefined {
  const [name, inputs, outputs, named, module, frames] = row;
  const op = textOf(name, 128);
  if (op === "") return undefined;
  const attributes = new Map<string, TraceValue>();
  for (const [name, value] of Object.entries(fieldsOf(named) ?? {})) {
    if (attributes.size >= limits.attributes) break;
    const decoded = decodeValue(value, 0);
    if (decoded !== undefined) attributes.set(name.slice(0, 128), decoded);
  }
  return {
    op,
    inputs: listOf(inputs, limits.operands).map(
      (input) => wholeOf(input, 0, bounds.tensors - 1) ?? -1,
    ),
    outputs: listOf(outputs, limits.operands).flatMap((output) => {
      const tensor = wholeOf(output, 0, bounds.tensors - 1);
      return tensor === undefined ? [] : [tensor];
    }),
    attributes,
    module: wholeOf(module, 0, bounds.modules - 1) ?? -1,
    frames: decodeFrames(frames, bounds.frames),
  };
}

function decodeFrames(value: unknown, frameCount: number): readonly number[] {
  return listOf(value, limits.framesOfCall).flatMap((frame) => {
    const index = wholeOf(frame, 0, frameCount - 1);
    return index === undefined ? [] : [index];
  });
}

function decodeValue(value: unknown, depth: number): TraceValue | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value.slice(0, 4096);
  if (!Array.isArray(value) || depth > 2) return undefined;
  const items: TraceValue[] = [];
  for (const item of listOf(value, limits.listed)) {
    const decoded = decodeValue(item, depth + 1);
    if (decoded !== undefined) items.push(decoded);
  }
  return items;
}

/** torch writes `float8_e4m3fn` where the graph has `float8e4m3fn`. */
function elementTypeOf(name: string): ElementType | undefined {
  const plain = name.replace("_", "");
  if (isElementType(plain)) return plain;
  return Object.hasOwn(typeNames, name) ? typeNames[name] : undefined;
}

const typeNames: Readonly<Record<string, ElementType>> = {
  float8_e8m0fnu: "float8e8m0",
  float4_e2m1fn_x2: "uint8",
  complex32: "complex64",
  qint8: "int8",
  quint8: "uint8",
  qint32: "int32",
};
