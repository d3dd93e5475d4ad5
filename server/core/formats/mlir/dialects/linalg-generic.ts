import {
  blockOf,
  float,
  type GraphDraft,
  int,
  ints,
  type MlirValue,
  resultCount,
  resultTypeOf,
} from "../draft.js";
import { textOf } from "../items.js";
import type { AffineMap, MlirAttribute, MlirOperation } from "../syntax.js";
import { bytesOfElements } from "../../../graph/element-type.js";
import { countOfExtents, elementTypeOfType, type Extents, extentsOf } from "../types.js";
import { dataTypeNumber } from "../../../graph/data-type.js";
import { emitElementwise, emitOf, splatOf } from "./elementwise.js";
import { insAndOuts } from "./linalg.js";
import { defineBroadcast, emitTranspose } from "./movement.js";
import { emitProduct } from "./product.js";
import { emitReduction, reducerOf } from "./reduction.js";
import { scalarOperator } from "./scalar-operators.js";

/** What a `linalg.generic` says: loops, how operands are indexed by them, and what an iteration computes. */
interface Generic {
  readonly operation: MlirOperation;
  readonly ins: readonly (MlirValue | undefined)[];
  readonly maps: readonly AffineMap[];
  readonly outMap: AffineMap;
  /** Whether each loop is one that is summed over. */
  readonly isReduction: readonly boolean[];
  readonly extents: Extents;
  /** Of one iteration, the terminator left out. */
  readonly body: readonly MlirOperation[];
  readonly yielded: string;
  /** Names of the block's arguments: the inputs' elements, then the output's. */
  readonly arguments: readonly string[];
}

/** Loops that are copies, element-wise functions, reductions or products become those; others are counted as loops. */
export function lowerGeneric(draft: GraphDraft, operation: MlirOperation): boolean {
  const generic = readGeneric(draft, operation);
  if (generic === undefined) return false;
  if (resultCount(operation) > 1) return emitLoops(draft, generic);
  const isParallel = !generic.isReduction.includes(true);
  return (
    (isParallel ? lowerParallel(draft, generic) : lowerReduction(draft, generic)) ||
    emitLoops(draft, generic)
  );
}

function readGeneric(draft: GraphDraft, operation: MlirOperation): Generic | undefined {
  const { ins, outs } = insAndOuts(draft, operation);
  const maps = mapsOf(operation.attributes.get("indexing_maps"));
  const kinds = operation.attributes.get("iterator_types");
  if (maps === undefined || kinds?.kind !== "list" || maps.length !== ins.length + outs.length)
    return undefined;
  const outMap = maps[ins.length];
  if (outMap === undefined) return undefined;
  const isReduction = kinds.items.map((kind) => iteratorName(kind) === "reduction");
  const all = blockOf(operation.regions[0]);
  const last = all.at(-1);
  return {
    operation,
    ins,
    maps: maps.slice(0, ins.length),
    outMap,
    isReduction,
    extents: extentsOfLoops(maps, [...ins, ...outs], isReduction.length),
    body: all.slice(0, -1),
    yielded: last?.operands[0]?.name ?? "",
    arguments: operation.regions[0]?.blocks[0]?.arguments.map(({ name }) => name) ?? [],
  };
}

function mapsOf(attribute: MlirAttribute | undefined): readonly AffineMap[] | undefined {
  if (attribute?.kind !== "list") return undefined;
  const maps = attribute.items.flatMap((item) => (item.kind === "map" ? [item.map] : []));
  return maps.length === attribute.items.length ? maps : undefined;
}

function iteratorName(attribute: MlirAttribute): string {
  if (attribute.kind === "dialect") {
    const [word] = attribute.items;
    return word?.kind === "word" ? word.text : "";
  }
  return textOf(attribute) ?? "";
}

/** A loop runs over an axis that it indexes alone. */
function extentsOfLoops(
  maps: readonly AffineMap[],
  operands: readonly (MlirValue | undefined)[],
  count: number,
): Extents {
  const extents: (number | undefined)[] = new Array<undefined>(count).fill(undefined);
  maps.forEach((map, index) => {
    map.results.forEach((_, axis) => {
      const loop = loopOf(map, axis);
      if (loop !== undefined) extents[loop] ??= operands[index]?.shape?.[axis];
    });
  });
  return extents;
}

/** The loop that an axis is indexed by, where it is one alone. */
function loopOf({ results }: AffineMap, axis: number): number | undefined {
  const result = results[axis];
  if (result?.isLinear !== true || result.constant !== 0 || result.terms.size !== 1)
    return undefined;
  const [entry] = result.terms;
  return entry?.[1] === 1 ? entry[0] : undefined;
}

/** Loops by axis; undefined where an axis has another index. A constant 0 is an axis of one element. */
function loopsOf(map: AffineMap): readonly (number | undefined)[] | undefined {
  const loops = map.results.map((_, axis) => loopOf(map, axis));
  const isWhole = loops.every(
    (loop, axis) => loop !== undefined || map.results[axis]?.terms.size === 0,
  );
  return isWhole ? loops : undefined;
}

function isIdentity(map: AffineMap): boolean {
  return (
    map.results.length === map.dimensionCount &&
    map.results.every((_, axis) => loopOf(map, axis) === axis)
  );
}

function lowerParallel(draft: GraphDraft, generic: Generic): boolean {
  const { operation, ins, maps, outMap, body, yielded } = generic;
  if (body.some(({ name }) => name === "tensor.extract")) {
    const [table] = body.flatMap((own) =>
      own.name === "tensor.extract" ? [draft.find(own.operands[0]?.name ?? "")] : [],
    );
    const inputs = [table, ...ins]
      .map((operand) => draft.full(operand))
      .filter((name) => name !== "");
    draft.emit(operation, { op: "Gather", domain: "mlir", inputs }, 1);
    return true;
  }
  if (!isIdentity(outMap)) return false;
  if (body.length === 0) return lowerCopy(draft, generic, yielded);
  const aligned = ins.map((value, index) => alignedTo(draft, generic, value, maps[index]));
  if (aligned.includes(undefined)) return false;
  const operands = aligned.flatMap((operand) => operand ?? []);
  const known = scalarOperator(body, yielded, (name) => {
    const at = generic.arguments.indexOf(name);
    if (at >= 0) return operands[at];
    const value = draft.find(name);
    return value === undefined ? undefined : { ...draft.wide(value), splat: splatOf(value) };
  });
  const to = elementTypeOfType(resultTypeOf(operation, 0));
  const attributes = known?.op === "Cast" ? { to: int(to && dataTypeNumber(to)) } : {};
  const [sum, count] = known?.operands ?? [];
  const [only] = ins;
  if (
    known?.op === "Div" &&
    count?.splat !== undefined &&
    only?.stored === sum?.name &&
    ins.length === 1
  )
    return emitElementwise(draft, operation, "Div", [only, countOf(draft, generic, count.splat)]);
  if (known !== undefined) return emitOf(draft, operation, known.op, known.operands, attributes);
  const flops = body.filter(
    ({ name }) => !/constant$|index_cast$|linalg\.index$|\.ext|\.trunc/.test(name),
  ).length;
  return emitOf(
    draft,
    operation,
    "Pointwise",
    operands,
    { flops: int(Math.max(1, flops)), broadcasts: int(1) },
    "mlir",
  );
}

/** The constant of the function around that the body divides by. */
function countOf(draft: GraphDraft, { body }: Generic, splat: number): MlirValue | undefined {
  for (const { operands } of body)
    for (const { name } of operands) {
      const value = draft.find(name);
      if (splatOf(value) === splat) return value;
    }
  return undefined;
}

/** Nothing is computed: another order of the axes, a broadcast, or one value everywhere. */
function lowerCopy(draft: GraphDraft, generic: Generic, yielded: string): boolean {
  const { operation, ins, maps, extents } = generic;
  const at = generic.arguments.indexOf(yielded);
  const value = ins[at];
  const map = maps[at];
  if (at < 0) {
    draft.define(operation, 0, {
      constant: {
        splat: splatOf(draft.find(yielded)),
        data: undefined,
        isBuffer: true,
        place: undefined,
      },
    });
    return true;
  }
  const loops = map && loopsOf(map);
  if (value === undefined || loops === undefined) return false;
  const own = loops.flatMap((loop) => loop ?? []);
  const isSorted = own.every((loop, index) => index === 0 || (own[index - 1] ?? 0) < loop);
  if (own.length === extents.length && !isSorted)
    // Loop `i` of the result is axis `loops.indexOf(i)` of the operand.
    return emitTranspose(
      draft,
      operation,
      value,
      extents.map((_, loop) => loops.indexOf(loop)),
    );
  if (!isSorted) return false;
  if (loops.length === own.length) return defineBroadcast(draft, operation, value, own);
  return emitElementwise(draft, operation, "Identity", [value]);
}

/** A value as the loops see it: its axes where theirs are, 1 elsewhere. */
function alignedTo(
  draft: GraphDraft,
  { operation, extents }: Generic,
  value: MlirValue | undefined,
  map: AffineMap | undefined,
):
  | {
      readonly name: string;
      readonly shape: Extents | undefined;
      readonly splat: number | undefined;
    }
  | undefined {
  if (value === undefined || map === undefined) return undefined;
  const splat = splatOf(value);
  if (splat !== undefined && value.stored === undefined) return { ...draft.wide(value), splat };
  if (isIdentity(map)) return { ...draft.wide(value), splat: undefined };
  const loops = loopsOf(map);
  if (loops === undefined || value.shape === undefined) return undefined;
  const own = loops.flatMap((loop) => loop ?? []);
  const isSorted = own.every((loop, index) => index === 0 || (own[index - 1] ?? 0) < loop);
  if (!isSorted) return undefined;
  const shape: (number | undefined)[] = extents.map(() => 1);
  loops.forEach((loop, axis) => {
    if (loop !== undefined) shape[loop] = value.shape?.[axis];
  });
  const first = shape.findIndex((extent) => extent !== 1);
  const trimmed = first < 0 ? [] : shape.slice(first);
  if (
    trimmed.length === value.shape.length &&
    trimmed.every((extent, axis) => extent === value.shape?.[axis])
  )
    return { name: draft.full(value), shape: trimmed, splat: undefined };
  if (trimmed.filter((extent) => extent === undefined).length > 1) return undefined;
  const name = draft.helper(
    operation,
    {
      op: "Reshape",
      inputs: [draft.full(value)],
      attributes: { shape: ints(trimmed.map((extent) => extent ?? -1)) },
    },
    value.name,
  );
  return { name, shape: trimmed, splat: undefined };
}

function lowerReduction(draft: GraphDraft, generic: Generic): boolean {
  const { operation, ins, maps, outMap, isReduction, body, extents } = generic;
  const [leftMap, rightMap] = maps;
  const left = leftMap && loopsOf(leftMap);
  const outLoops = loopsOf(outMap)?.flatMap((loop) => loop ?? []);
  if (left === undefined || leftMap === undefined || outLoops === undefined) return false;
  const arithmetic = body.filter(({ name }) => !/\.ext|\.trunc|constant$/.test(name));
  if (ins.length === 1) {
    const axes = left.flatMap((loop, axis) =>
      loop !== undefined && isReduction[loop] === true ? [axis] : [],
    );
    const kept = left.flatMap((loop) =>
      loop !== undefined && isReduction[loop] !== true ? [loop] : [],
    );
    if (kept.join() !== outLoops.join() || left.length !== extents.length) return false;
    const only = arithmetic.length === 1 ? arithmetic[0]?.name : undefined;
    const reducer = reducerOf(only);
    // Extents of 1 that the result keeps are written as constants in its map.
    const keeps = outMap.results.length > outLoops.length;
    if (reducer !== undefined)
      return emitReduction(draft, operation, ins, { reducer, axes, keeps });
    return emitReduction(draft, operation, ins, { reducer: undefined, axes });
  }
  const right = rightMap && loopsOf(rightMap);
  const isProduct =
    ins.length === 2 &&
    right !== undefined &&
    arithmetic.length === 2 &&
    /\.mul[fi]$/.test(arithmetic[0]?.name ?? "") &&
    /\.add[fi]$/.test(arithmetic[1]?.name ?? "");
  if (!isProduct || left.includes(undefined) || right.includes(undefined)) return false;
  const inner = isReduction.flatMap((is, loop) => (is ? [loop] : []));
  const batch = outLoops.filter((loop) => left.includes(loop) && right.includes(loop));
  const order = [
    ...batch,
    ...left.filter((loop) => loop !== undefined && !batch.includes(loop) && !inner.includes(loop)),
    ...right.filter((loop) => loop !== undefined && !batch.includes(loop) && !inner.includes(loop)),
  ];
  if (order.join() !== outLoops.join()) return false;
  if (!inner.every((loop) => left.includes(loop) && right.includes(loop))) return false;
  return emitProduct(draft, operation, [ins[0], ins[1]], {
    leftBatch: batch.map((loop) => left.indexOf(loop)),
    rightBatch: batch.map((loop) => right.indexOf(loop)),
    leftContracting: inner.map((loop) => left.indexOf(loop)),
    rightContracting: inner.map((loop) => right.indexOf(loop)),
  });
}

/** What nothing else is known of: iterations × what each computes, and every operand once. */
function emitLoops(
  draft: GraphDraft,
  { operation, ins, body, extents, isReduction }: Generic,
): boolean {
  const iterations = countOfExtents(extents);
  const shape = extentsOf(resultTypeOf(operation, 0));
  const results = countOfExtents(shape);
  const inputs = ins.map((operand) => draft.full(operand)).filter((name) => name !== "");
  if (iterations === undefined || results === undefined) {
    draft.emit(operation, { op: "Nest", domain: "mlir", inputs });
    return true;
  }
  const multiplies = body.filter(({ name }) => /\.mul[fi]$/.test(name)).length;
  const adds = body.filter(({ name }) => /\.add[fi]$/.test(name)).length;
  const macs = isReduction.includes(true) ? Math.min(multiplies, adds) : 0;
  const flops =
    body.filter(({ name }) => !/constant$|index_cast$|\.index$|\.ext|\.trunc/.test(name)).length -
    2 * macs;
  let bytes: number | undefined = 0;
  for (const value of ins) {
    const count = countOfExtents(value?.shape);
    const own =
      count === undefined ? undefined : bytesOfElements(value?.elementType ?? "float32", count);
    bytes = bytes === undefined || own === undefined ? undefined : bytes + own;
  }
  draft.emit(operation, {
    op: "Nest",
    domain: "mlir",
    inputs,
    attributes: {
      macs: float(iterations * macs),
      flops: float(iterations * Math.max(0, flops)),
      iterations: float(iterations),
      results: float(results),
      read_bytes: float(bytes),
    },
  });
  return true;
}
