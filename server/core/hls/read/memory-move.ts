import type { CppNode } from "../cpp-tree.js";
import { textOf } from "../cpp-tree.js";
import { affineVariable } from "../affine.js";
import { builtInType, type ElementType } from "../element-type.js";
import type { Access, Expression, Loop, Variable } from "../ir.js";
import { unknownTrip } from "./loop-header.js";
import { evaluateText } from "./constant-text.js";
import { lookupConstant, type FileScope, type LocalScope } from "./scope.js";

export interface MemoryMove {
  readonly name: string;
  readonly id: number;
  /** `memcpy(target, source, bytes)`, `memset(target, value, bytes)`. */
  readonly args: readonly CppNode[];
  readonly baseOf: (node: CppNode) => string | undefined;
}

/**
 * `memcpy`, `memmove` and `memset` as the loop that high-level synthesis makes of them: one element of the target a cycle, pipelined
 * (UG1399, "Coding with memcpy"). That wide interfaces may move several at a time is not counted: it needs aligned addresses.
 */
export function memoryMove(
  file: FileScope,
  local: LocalScope,
  { name, id, args, baseOf }: MemoryMove,
): Loop | undefined {
  const [to, from, bytes] = args;
  if (!/^mem(cpy|move|set)$/.test(name) || to === undefined || from === undefined) return undefined;
  const span = { start: to.start, end: args.at(-1)?.end ?? to.end };
  const iterator = `${name}$${id}`;
  const accessOf = (node: CppNode): Access | undefined => {
    const base = baseOf(node);
    const variable = base === undefined ? undefined : variableOf(base, file, local);
    if (base === undefined || variable === undefined) return undefined;
    const zeros = variable.dims.slice(1).map(() => ({ terms: new Map(), constant: 0 }));
    const indices = [...zeros, affineVariable(iterator)];
    return { name: base, type: variable.type, indices, indexWork: [], span };
  };
  const target = accessOf(to);
  if (target === undefined) return undefined;
  const source = name === "memset" ? undefined : accessOf(from);
  const value: Expression =
    source === undefined
      ? { kind: "number", value: 0, type: target.type }
      : { kind: "access", access: source, type: source.type };
  const size = bytes === undefined ? undefined : byteCount(bytes, file, local);
  const trips = size === undefined ? undefined : Math.ceil(size / bytesOf(target.type));
  return {
    kind: "loop",
    id,
    label: name,
    iterator,
    trip: trips === undefined ? unknownTrip : { average: trips, most: trips, source: "constant" },
    stride: 1,
    body: [{ kind: "assign", target, value, isCompound: false, span }],
    directives: [
      { kind: "pipeline", isOff: false, grain: "fine", interval: 1, dialect: "vitis", span },
    ],
    span,
    headerSpan: span,
    startOffset: span.start,
    isMove: true,
    ...(span.start >= (file.file.ownLength ?? Infinity) && { isElsewhere: true }),
  };
}

/** `n * sizeof(float)`, `sizeof(buffer)`: undefined where a size is no constant. */
function byteCount(node: CppNode, file: FileScope, local: LocalScope): number | undefined {
  const text = textOf(file.file, node).replace(
    /sizeof\s*\(\s*([^()]*?)\s*\)/g,
    (_, inner: string) => {
      return String(sizeOf(inner, file, local) ?? "unknown_size");
    },
  );
  const value = evaluateText(text, (name) => lookupConstant(file, name, local.constants));
  return value !== undefined && value > 0 ? value : undefined;
}

/** Of a type, or of a variable with all its elements. */
function sizeOf(text: string, file: FileScope, local: LocalScope): number | undefined {
  const type = file.types.get(text)?.type ?? builtInType(text);
  if (type !== undefined) return bytesOf(type);
  const variable = variableOf(local.aliases.get(text) ?? local.prefix + text, file, local);
  if (variable === undefined) return undefined;
  let elements = 1;
  for (const dim of variable.dims) {
    if (dim === undefined) return undefined;
    elements *= dim;
  }
  return elements * bytesOf(variable.type);
}

function variableOf(name: string, file: FileScope, local: LocalScope): Variable | undefined {
  return local.variables.get(name) ?? file.globals.get(name);
}

/** Arbitrary widths lie in memory as the next power of two of bytes. */
function bytesOf({ bits }: ElementType): number {
  return 2 ** Math.ceil(Math.log2(Math.max(8, bits) / 8));
}
