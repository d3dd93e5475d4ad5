import { bytesOfElements } from "../../../graph/element-type.js";
import { blockOf, float, type GraphDraft, type MlirValue, resultTypeOf } from "../draft.js";
import type { AffineExpression, MlirItem, MlirOperation, MlirType } from "../syntax.js";
import { countOfExtents } from "../types.js";
import { splatOf } from "./elementwise.js";
import type { HandlerTable } from "./handler.js";

/**
 * Nests of loops over buffers (`affine.for`, `affine.parallel`, `scf.for`), each costed as one kernel at its outermost loop:
 * trip counts × what the innermost bodies compute, and of each buffer the bytes that it has or that are touched, whichever
 * are fewer: what a cache that holds the operands leaves of the traffic.
 */
export const loops: HandlerTable = {
  for: nest,
  parallel: nest,
};

/** What all iterations of a nest do. */
interface Count {
  /** Multiplications and additions of numbers; pairs of them are multiply-accumulates. */
  multiplies: number;
  adds: number;
  others: number;
  iterations: number;
  /** Accesses by buffer. */
  readonly reads: Map<MlirValue, number>;
  readonly writes: Map<MlirValue, number>;
}

/** Ranges of the loops around, by the name of their counters: the middle is what a bound that follows one is taken at. */
type Middles = ReadonlyMap<string, number>;

function nest(draft: GraphDraft, operation: MlirOperation): boolean {
  // Loops that carry tensors are no nests over buffers.
  if (operation.results.length > 0) return false;
  const count: Count = {
    multiplies: 0,
    adds: 0,
    others: 0,
    iterations: 0,
    reads: new Map(),
    writes: new Map(),
  };
  const isKnown = countLoop(draft, operation, 1, new Map(), count);
  const macs = Math.min(count.multiplies, count.adds);
  const flops = count.multiplies + count.adds + count.others - 2 * macs;
  const reads = [...count.reads.keys()].map((buffer) => draft.full(buffer));
  const inputs = isKnown ? reads : [...draft.readBy(operation)];
  const written = [...count.writes.keys()];
  const outputs = written.map((buffer) => `${buffer.name}'${operation.span.start}`);
  draft.add(operation, {
    op: "Nest",
    domain: "mlir",
    inputs,
    outputs: outputs.length > 0 ? outputs : [`loop'${operation.span.start}`],
    attributes: isKnown
      ? {
          macs: float(macs),
          flops: float(flops),
          iterations: float(count.iterations),
          results: float(resultsOf(written)),
          read_bytes: float(bytesOf(count.reads)),
          write_bytes: float(bytesOf(count.writes)),
        }
      : {},
  });
  // From here on the buffer holds what the nest has left in it.
  for (const [index, buffer] of written.entries())
    draft.replaceBuffer(buffer, outputs[index] ?? "");
  return true;
}

function resultsOf(buffers: readonly MlirValue[]): number {
  return buffers.reduce((sum, { shape }) => sum + (countOfExtents(shape) ?? 0), 0);
}

function bytesOf(accesses: ReadonlyMap<MlirValue, number>): number {
  let sum = 0;
  for (const [{ elementType, shape }, count] of accesses) {
    const all = countOfExtents(shape) ?? count;
    sum += bytesOfElements(elementType ?? "float32", Math.min(all, count));
  }
  return sum;
}

/** False where a trip count is not known. */
function countLoop(
  draft: GraphDraft,
  operation: MlirOperation,
  times: number,
  around: Middles,
  count: Count,
): boolean {
  const ranges = rangesOf(draft, operation, around);
  const middles = new Map(around);
  let trips = 1;
  for (const range of ranges ?? []) {
    trips *= range.trips;
    middles.set(range.counter, range.middle);
  }
  const body = blockOf(operation.regions[0]);
  const before = count.iterations;
  const isKnown = countBody(draft, body, times * trips, middles, count);
  // No loop within has counted its own.
  if (count.iterations === before) count.iterations += times * trips;
  return isKnown && ranges !== undefined;
}

/** Of a condition both branches are counted. False where what an operation does is not known. */
function countBody(
  draft: GraphDraft,
  body: readonly MlirOperation[],
  times: number,
  around: Middles,
  count: Count,
): boolean {
  let isKnown = true;
  for (const own of body) {
    if (loopNames.has(own.name)) isKnown = countLoop(draft, own, times, around, count) && isKnown;
    else if (conditionNames.has(own.name))
      for (const { blocks } of own.regions)
        for (const { operations } of blocks)
          isKnown = countBody(draft, operations, times, around, count) && isKnown;
    else isKnown = countOne(draft, own, times, count) && isKnown;
  }
  return isKnown;
}

const loopNames: ReadonlySet<string> = new Set([
  "affine.for",
  "affine.parallel",
  "scf.for",
  "scf.parallel",
]);
const conditionNames: ReadonlySet<string> = new Set(["affine.if", "scf.if"]);
/** Dialects of single numbers, indices and buffers: what they have beside arithmetic and accesses costs nothing. */
const countedDialects: ReadonlySet<string> = new Set([
  "arith",
  "math",
  "affine",
  "memref",
  "index",
  "scf",
  "vector",
  "",
]);
/** Beside those, work whose extent is not counted here. */
const uncounted =
  /^(?:memref\.copy|scf\.(?:while|forall|execute_region)|vector\.(?:contract|reduction|multi_reduction|outerproduct|scan|gather|scatter))$/;

/** False where what it does is not known. */
function countOne(
  draft: GraphDraft,
  operation: MlirOperation,
  times: number,
  count: Count,
): boolean {
  const { name, operands } = operation;
  const dot = name.lastIndexOf(".");
  const own = name.slice(dot + 1);
  if (!countedDialects.has(name.slice(0, Math.max(0, dot))) || uncounted.test(name)) return false;
  const isStore = own === "store" || own === "vector_store" || own === "transfer_write";
  const isLoad = own === "load" || own === "vector_load" || own === "transfer_read";
  const type = isStore ? storedType(operation) : resultTypeOf(operation, 0);
  const all = times * lanesOf(type);
  if (isStore || isLoad) {
    const buffer = draft.find(operands[isStore ? 1 : 0]?.name ?? "");
    const accesses = isStore ? count.writes : count.reads;
    // Buffers of a nest's own stay in registers or the cache.
    if (buffer !== undefined) accesses.set(buffer, (accesses.get(buffer) ?? 0) + all);
  } else if (own === "fma") {
    count.multiplies += all;
    count.adds += all;
  } else if (/^mul[fi]?$/.test(own) && !isIndex(type)) count.multiplies += all;
  else if (/^(?:add|sub)[fi]$/.test(own) && !isIndex(type)) count.adds += all;
  else if (/f$/.test(own) && !/^(?:ext|trunc)f$/.test(own)) count.others += all;
  else if (name.startsWith("math.")) count.others += all;
  return true;
}

/** Addresses are computed by the way. */
function isIndex(type: MlirType | undefined): boolean {
  return type?.kind === "scalar" && type.name === "index";
}

/** Of `vector.transfer_write %v, %buffer[…] : vector<8xf32>, memref<…>` and its like. */
function storedType({ operandTypes, resultTypes }: MlirOperation): MlirType | undefined {
  return [...operandTypes, ...resultTypes].find(
    (type) => type.kind === "tensor" && type.container === "vector",
  );
}

/** An operation on a vector computes all of its elements. */
function lanesOf(type: MlirType | undefined): number {
  return type?.kind === "tensor" && type.container === "vector"
    ? (countOfExtents(type.shape) ?? 1)
    : 1;
}

interface Range {
  readonly counter: string;
  readonly trips: number;
  readonly middle: number;
}

/** `%i = 0 to 128 step 4`, `%i = #map(%j) to min #map1(%j)[%n]`, `(%i, %j) = (0, 0) to (8, 8)`. */
function rangesOf(
  draft: GraphDraft,
  { items }: MlirOperation,
  around: Middles,
): readonly Range[] | undefined {
  const at = (mark: (item: MlirItem) => boolean): number => items.findIndex(mark);
  const equals = at((item) => item.kind === "mark" && item.text === "=");
  const to = at((item) => item.kind === "word" && item.text === "to");
  const step = at((item) => item.kind === "word" && item.text === "step");
  if (equals < 0 || to < 0) return undefined;
  const stop = items.findIndex(
    (item, index) =>
      index > to && item.kind === "word" && /^(?:step|iter_args|reduce)$/.test(item.text),
  );
  const counters = namesIn(items.slice(0, equals));
  const lowItems = items.slice(equals + 1, to);
  const highItems = items.slice(to + 1, stop < 0 ? items.length : stop);
  const lows = boundsIn(draft, lowItems, around, Math.max);
  const highs = boundsIn(draft, highItems, around, Math.min);
  const steps = step < 0 ? [] : boundsIn(draft, items.slice(step + 1, step + 2), around, Math.max);
  // Bounds that follow a counter make trips of the middle, which need not be whole.
  const followsCounter = [...namesIn(lowItems), ...namesIn(highItems)].some((name) =>
    around.has(name),
  );
  if (counters.length !== lows.length || counters.length !== highs.length) return undefined;
  const ranges: Range[] = [];
  for (const [index, counter] of counters.entries()) {
    const low = lows[index];
    const high = highs[index];
    const by = steps[index] ?? (step < 0 ? 1 : undefined);
    if (low === undefined || high === undefined || by === undefined || by <= 0) return undefined;
    const trips = Math.max(0, (high - low) / by);
    ranges.push({
      counter,
      trips: followsCounter ? trips : Math.ceil(trips),
      middle: (low + high - by) / 2,
    });
  }
  return ranges;
}

function namesIn(items: readonly MlirItem[]): readonly string[] {
  return items.flatMap((item): readonly string[] =>
    item.kind === "operand"
      ? [item.operand.name]
      : item.kind === "group"
        ? namesIn(item.items)
        : [],
  );
}

/** Numbers, constants of the program, and maps of counters, which are taken at the middle of their ranges. */
function boundsIn(
  draft: GraphDraft,
  items: readonly MlirItem[],
  around: Middles,
  pick: (...bounds: readonly number[]) => number,
): readonly (number | undefined)[] {
  const bounds: (number | undefined)[] = [];
  items.forEach((item, index) => {
    if (item.kind === "operand")
      bounds.push(around.get(item.operand.name) ?? splatOf(draft.find(item.operand.name)));
    else if (item.kind === "attribute" && item.value.kind === "number")
      bounds.push(item.value.value);
    else if (item.kind === "attribute" && item.value.kind === "map") {
      const given = items[index + 1];
      const names = given?.kind === "group" ? namesIn(given.items) : [];
      const values = names.map((name) => around.get(name) ?? splatOf(draft.find(name)));
      const results = item.value.map.results.map((result) => valueOf(result, values));
      const known = results.flatMap((result) => result ?? []);
      // Of several the least ends a loop and the greatest begins it: `min` and `max` stand before them.
      const isKnown = known.length > 0 && known.length === results.length;
      bounds.push(isKnown ? pick(...known) : undefined);
    } else if (item.kind === "group" && !isArgumentsOfMap(items[index - 1]))
      bounds.push(...boundsIn(draft, item.items, around, pick));
  });
  return bounds;
}

function isArgumentsOfMap(before: MlirItem | undefined): boolean {
  return before?.kind === "group" || (before?.kind === "attribute" && before.value.kind === "map");
}

function valueOf(
  { terms, constant, isLinear }: AffineExpression,
  values: readonly (number | undefined)[],
): number | undefined {
  if (!isLinear) return undefined;
  let sum = constant;
  for (const [index, coefficient] of terms) {
    const value = values[index];
    if (value === undefined) return undefined;
    sum += coefficient * value;
  }
  return sum;
}
