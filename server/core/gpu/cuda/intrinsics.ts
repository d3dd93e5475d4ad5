import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { touchedBy } from "./addresses.js";
import {
  floatType,
  halfType,
  intType,
  isFloating,
  joined,
  namedType,
  otherType,
  type CType,
} from "./c-type.js";
import { apply, evaluate, fused, pipeOf } from "./evaluate.js";
import { evaluatePlace } from "./places.js";
import { moveFragment } from "./fragments.js";
import { arithmeticLatency, type Machine, type Scope } from "./machine.js";
import { mathCost, simpleFunctions } from "./math-cost.js";
import { access, load, store, writePlace } from "./memory.js";
import { countTouched } from "./recorder.js";
import { constant, data, known, mapLanes, zipLanes, type Value } from "./value.js";

/** Functions that CUDA itself has; undefined for all others. */
export function intrinsic(
  m: Machine,
  scope: Scope,
  node: CppNode,
  name: string,
  args: readonly CppNode[],
): Value | undefined {
  const value = (index: number): Value => {
    const argument = args[index];
    return argument === undefined ? data() : evaluate(m, scope, argument);
  };
  if (/^__syncthreads(?:_\w+)?$/.test(name) || name === "barrier_sync") {
    if (args.length > 0) value(0);
    barrier(m, node);
    return data(intType);
  }
  if (
    /^(?:__syncwarp|__threadfence\w*|__pipeline_commit|__nanosleep|__trap|__builtin_assume|__builtin_unreachable|assert|printf|cp_async_commit\w*|clock|clock64)$/.test(
      name,
    )
  ) {
    return data(intType);
  }
  if (name === "sync" || name === "__barrier_sync") {
    barrier(m, node);
    return data();
  }
  if (/^__(?:shfl|match|reduce)\w*_sync$|^__shfl\w*$/.test(name)) {
    const moved = value(/_sync$/.test(name) ? 1 : 0);
    m.use(moved, node);
    m.arithmetic(node, "shuffle", { count: Math.max(1, moved.type.bytes / 4) });
    return data(moved.type, { ready: m.clock + shuffleLatency });
  }
  if (/^__(?:ballot|any|all|activemask)(?:_sync)?$/.test(name)) {
    for (let index = 0; index < args.length; index += 1) m.use(value(index), node);
    m.arithmetic(node, "int32");
    return data(intType);
  }
  if (/^atomic[A-Z]\w*$/.test(name)) return atomic(m, scope, node, args);
  if (/^__ld(?:g|cs|ca|cg|cv|lu)$/.test(name)) {
    const pointer = value(0);
    return load(m, node, pointer, pointer.type);
  }
  if (/^__st(?:cs|cg|wt|wb)$/.test(name)) {
    const [pointer, stored] = [value(0), value(1)];
    store(m, node, pointer, pointer.type, stored);
    return data();
  }
  if (/memcpy_async$/.test(name)) {
    const isGroup = args.length >= 4 && value(0).pointer === undefined;
    const first = isGroup ? 1 : 0;
    copyAsync(m, node, value(first), value(first + 1), value(first + 2));
    return data();
  }
  if (/^(?:__pipeline_wait_prior|cp_async_wait\w*)$/.test(name)) {
    const left = value(0).lanes;
    awaitCopies(m, typeof left === "number" ? left : 0);
    return data();
  }
  if (/^__cvta_generic_to_shared$/.test(name)) return value(0);
  if (name === "__isShared" || name === "__isGlobal") return data(intType);
  if (/_matrix_sync$|^mma_sync$|^fill_fragment$/.test(name))
    return fragmentCall(m, scope, node, name, args);
  const half = halfCall(m, node, name, value, args.length);
  if (half !== undefined) return half;
  return mathCall(m, node, name, value, args.length);
}

/** Clock cycles of a shuffle (Jia et al. 2018: as shared memory, some 23). */
const shuffleLatency = 23;

export function barrier(m: Machine, node: CppNode): void {
  if (m.recorder.isOff) return;
  const site = m.site(node, { kind: "barrier" });
  site.executions += m.warps;
  site.waits += 1;
  // Threads that have left the kernel are not waited for; those that took another way are.
  const { mask, exited } = m;
  if (mask?.some((lane, thread) => lane === 0 && exited?.[thread] !== 1) === true)
    m.note("divergent barrier", node, "threadIdx");
  else if (m.dataDepth > 0) m.note("divergent barrier", node, "data");
  m.clock += 1;
}

function atomic(m: Machine, scope: Scope, node: CppNode, args: readonly CppNode[]): Value {
  const [target, ...others] = args;
  if (target === undefined) return data();
  const pointer = evaluate(m, scope, target);
  for (const other of others) m.use(evaluate(m, scope, other), other);
  m.use(pointer, node);
  const array = pointer.pointer;
  if (array === undefined || m.recorder.isOff) return data(pointer.type);
  const site = m.site(node, { kind: "atomic", array, width: pointer.type.bytes });
  const { warps } = m;
  site.executions += warps;
  m.clock += 1;
  if (pointer.lanes === undefined) site.blind += warps;
  else {
    countTouched(site, touchedBy(pointer.lanes, pointer.type.bytes, m.mask, m.threads), warps);
    if (site.places === undefined) {
      const lanes = pointer.lanes;
      site.places =
        typeof lanes === "number" ? Float64Array.of(lanes) : Float64Array.from(new Set(lanes));
    }
  }
  return data(pointer.type);
}

/** From global to shared memory, past the registers; `awaitCopies` waits for it. */
export function copyAsync(m: Machine, node: CppNode, to: Value, from: Value, size: Value): void {
  const bytes = typeof size.lanes === "number" && size.lanes > 0 ? Math.min(16, size.lanes) : 4;
  const [source, target] = [from.pointer, to.pointer];
  if (source?.space === "global") {
    const site = access(m, node, {
      pointer: from,
      array: source,
      direction: "read",
      bytes,
      isAsynchronous: true,
    });
    if (site !== undefined) m.lastCopy = site.key;
  }
  if (target?.space === "shared")
    access(m, node, {
      pointer: to,
      array: target,
      direction: "write",
      bytes,
      isAsynchronous: true,
    });
  m.clock += 1;
}

/** Groups that may still be on the way overlap with what goes on. */
export function awaitCopies(m: Machine, stillOpen: number): void {
  if (m.lastCopy === undefined) return;
  m.recorder.waitFor(m.lastCopy, 1 / (1 + Math.max(0, stillOpen)));
  m.lastCopy = undefined;
}

function fragmentCall(
  m: Machine,
  scope: Scope,
  node: CppNode,
  name: string,
  args: readonly CppNode[],
): Value {
  const values = args.map((argument) => evaluate(m, scope, argument));
  const [first, second, third, fourth] = values;
  if (name === "load_matrix_sync" && first?.fragment !== undefined && second !== undefined) {
    const loaded = moveFragment(m, node, first.fragment, second, third ?? data(), "read");
    if (args[0] !== undefined)
      writePlace(m, node, evaluatePlace(m, scope, args[0]), {
        ...loaded,
        fragment: first.fragment,
      });
    return data();
  }
  if (name === "store_matrix_sync" && second?.fragment !== undefined && first !== undefined) {
    m.use(second, node);
    moveFragment(m, node, second.fragment, first, third ?? data(), "write");
    return data();
  }
  if (name === "mma_sync") {
    for (const value of values) m.use(value, node);
    const a = second?.fragment ?? third?.fragment ?? fourth?.fragment;
    if (a === undefined || m.recorder.isOff) return data();
    const site = m.site(node, {
      kind: "tensor",
      type: tensorType(a.type),
      shape: `m${a.m}n${a.n}k${a.k}`,
      flops: 2 * a.m * a.n * a.k,
      isAsynchronous: false,
    });
    site.executions += m.warps;
    m.clock += 1;
    if (args[0] !== undefined && first !== undefined)
      writePlace(m, node, evaluatePlace(m, scope, args[0]), {
        ...data(first.type, { fragment: first.fragment }),
        ready: m.clock + tensorLatency,
      });
    return data();
  }
  return data();
}

/** Of a 16 × 16 × 16 product; Sun et al. 2022 have 24 to 35 for the two halves of it. */
export const tensorLatency = 34;

function tensorType(type: CType): string {
  switch (type.base) {
    case "float32":
      return "tfloat32";
    case "bfloat16":
      return "bfloat16";
    case "float64":
      return "float64";
    case "int":
      return "int8";
    case "float8":
      return "float8";
    default:
      return "float16";
  }
}

function halfCall(
  m: Machine,
  node: CppNode,
  name: string,
  value: (index: number) => Value,
  count: number,
): Value | undefined {
  const arithmetic = /^__h(fma|mul|add|sub|div|neg)(2?)(?:_\w+)?$/.exec(name);
  if (arithmetic !== null) {
    const values = Array.from({ length: count }, (_, index) => value(index));
    const width = arithmetic[2] === "2" ? 2 : 1;
    const type: CType =
      values[0]?.type.base === "bfloat16"
        ? values[0].type
        : { base: "float16", bytes: 2 * width, width };
    if (arithmetic[1] === "fma") return fused(m, node, type, values);
    for (const one of values) m.use(one, node);
    m.arithmetic(node, "float16", { flops: 32 * width, results: 32 * width });
    return data(type, { ready: m.clock + arithmeticLatency });
  }
  if (
    /^__(?:low|high)s?2(?:half|float|bfloat16)\w*$|^__halves2\w+$|^__half2half2$|^__bfloat162bfloat162$/.test(
      name,
    )
  ) {
    const first = value(0);
    for (let index = 1; index < count; index += 1) value(index);
    return {
      ...first,
      type: /2half2|halves2/.test(name) ? { base: "float16", bytes: 4, width: 2 } : halfType,
    };
  }
  const conversion =
    /^__(?:float|half|int|uint|double|bfloat16|low|short)\w*2(\w+?)(?:_r[nzdu])?$/.exec(name);
  if (conversion !== null) {
    const from = value(0);
    for (let index = 1; index < count; index += 1) value(index);
    const to =
      namedType(conversion[1] ?? "") ??
      (/float/.test(name.split("2")[1] ?? "") ? floatType : halfType);
    m.use(from, node);
    m.arithmetic(node, "convert");
    return data(to, { ready: m.clock + arithmeticLatency });
  }
  if (/^__(?:float|int|uint)_as_\w+$/.test(name)) return { ...value(0), type: intType };
  return undefined;
}

function mathCall(
  m: Machine,
  node: CppNode,
  name: string,
  value: (index: number) => Value,
  count: number,
): Value | undefined {
  const plain = name.replace(/_r[nzdu]$/, "");
  const rounded = /^__[fd](mul|add|sub|maf?|fma)$/.exec(plain) ?? /^__f(ma)f$/.exec(plain);
  if (name === "fmaf" || name === "fma" || (rounded !== null && /ma/.test(rounded[1] ?? ""))) {
    const values = [value(0), value(1), value(2)];
    return fused(
      m,
      node,
      joined(values[0]?.type ?? floatType, values[2]?.type ?? floatType),
      values,
    );
  }
  if (rounded !== null) return apply(m, node, rounded[1] === "mul" ? "*" : "+", value(0), value(1));
  if (simpleFunctions.has(name)) return simple(m, node, name, value, count);
  const cost = mathCost(name);
  if (cost === undefined) return undefined;
  const values = Array.from({ length: count }, (_, index) => value(index));
  for (const one of values) m.use(one, node);
  const type = values[0]?.type ?? floatType;
  const pipe = isFloating(type) ? pipeOf(type) : "float32";
  if (cost.plain > 0) m.arithmetic(node, pipe, { count: cost.plain, flops: 32 / cost.plain });
  if (cost.special > 0)
    m.arithmetic(node, "special", { count: cost.special, flops: cost.plain > 0 ? 0 : 32 });
  return data(type, { ready: m.clock + arithmeticLatency * (1 + cost.plain + 4 * cost.special) });
}

/** One instruction; of known numbers the number. */
function simple(
  m: Machine,
  node: CppNode,
  name: string,
  value: (index: number) => Value,
  count: number,
): Value {
  const values = Array.from({ length: Math.min(count, 3) }, (_, index) => value(index));
  const [a, b] = values;
  const type = a === undefined ? otherType : b === undefined ? a.type : joined(a.type, b.type);
  const pick = /min/.test(name) ? Math.min : /max/.test(name) ? Math.max : undefined;
  if (a?.lanes !== undefined && b?.lanes !== undefined && pick !== undefined)
    return {
      ...known(zipLanes(a.lanes, b.lanes, pick), type, a.open),
      isConstant: a.isConstant === true && b.isConstant === true,
    };
  if (a?.lanes !== undefined && count === 1 && /^f?abs/.test(name))
    return { ...a, lanes: mapLanes(a.lanes, Math.abs) };
  if (a?.lanes !== undefined && count === 1 && /^(?:ceil|floor)f?$/.test(name)) {
    const round = name.startsWith("c") ? Math.ceil : Math.floor;
    return { ...a, lanes: mapLanes(a.lanes, round) };
  }
  for (const one of values) m.use(one, node);
  m.arithmetic(node, "int32", { flops: isFloating(type) ? 32 : 0 });
  return data(type, { ready: m.clock + arithmeticLatency });
}

/** Methods of cooperative groups, barriers and pipelines; of other objects nothing is known. */
export function method(
  m: Machine,
  scope: Scope,
  node: CppNode,
  target: CppNode,
  args: readonly CppNode[],
): Value {
  const field = fieldOf(target, "field");
  const object = fieldOf(target, "argument");
  let nameNode = field;
  while (nameNode !== undefined && fieldOf(nameNode, "name") !== undefined)
    nameNode = fieldOf(nameNode, "name");
  const name = nameNode === undefined ? "" : m.text(nameNode);
  const values = args.map((argument) => evaluate(m, scope, argument));
  const isTile = object !== undefined && /warp|tile/i.test(m.text(object));
  switch (name) {
    case "sync":
    case "arrive_and_wait":
    case "wait":
    case "consumer_wait":
    case "wait_prior":
      awaitCopies(m, 0);
      if (!isTile) barrier(m, node);
      return data();
    case "thread_rank":
      if (isTile) return { ...m.thread.x, lanes: mapLanes(linear(m), (thread) => thread % 32) };
      return known(linear(m));
    case "size":
    case "num_threads":
      return isTile ? constant(32) : known(m.threads);
    case "meta_group_rank":
      return known(mapLanes(linear(m), (thread) => Math.floor(thread / 32)));
    case "meta_group_size":
      return known(Math.ceil(m.threads / 32));
    case "shfl":
    case "shfl_down":
    case "shfl_up":
    case "shfl_xor": {
      const [moved] = values;
      if (moved === undefined) return data();
      m.use(moved, node);
      m.arithmetic(node, "shuffle");
      return data(moved.type, { ready: m.clock + shuffleLatency });
    }
    default:
      for (const value of values) m.use(value, node);
      return data();
  }
}

function linear(m: Machine): Float64Array {
  return Float64Array.from({ length: m.threads }, (_, thread) => thread);
}
