import type { CppNode } from "../../hls/cpp-tree.js";
import { placesOf, touchedBy } from "./addresses.js";
import { elementOf, type CType } from "./c-type.js";
import type { Machine, Place, Variable } from "./machine.js";
import { countTouched, type Site } from "./recorder.js";
import {
  data,
  joinOpen,
  laneAt,
  zipLanes,
  type ArrayInfo,
  type Lanes,
  type Value,
} from "./value.js";

/** Reads and writes of variables and memory. */

export function readPlace(m: Machine, node: CppNode, place: Place): Value {
  switch (place.kind) {
    case "nowhere":
      return place.value;
    case "variable":
      return place.variable.value;
    case "member":
      return memberOf(readPlace(m, node, place.of), place.name);
    case "memory":
      return load(m, node, place.pointer, place.type);
  }
}

export function memberOf(value: Value, name: string): Value {
  const known = value.members?.get(name);
  if (known !== undefined) return known;
  // A `dim3` that was made of one number has it as its x.
  if (
    value.members === undefined &&
    value.lanes !== undefined &&
    value.pointer === undefined &&
    name === "x"
  )
    return value;
  return data(elementOf(value.type), {
    ready: value.ready,
    ...(value.load === undefined ? {} : { load: value.load }),
  });
}

export function writePlace(m: Machine, node: CppNode, place: Place, value: Value): void {
  switch (place.kind) {
    case "nowhere":
      return;
    case "variable":
      place.variable.value = blended(m, place.variable, value);
      return;
    case "member": {
      if (place.of.kind === "memory") {
        store(m, node, place.of.pointer, elementOf(place.of.type), value);
        return;
      }
      const whole = readPlace(m, node, place.of);
      const members = new Map(whole.members ?? []);
      members.set(place.name, value);
      writePlace(m, node, place.of, { ...whole, members, load: undefined });
      return;
    }
    case "memory":
      store(m, node, place.pointer, place.type, value);
      return;
  }
}

/** What a variable is after an assignment that some threads make, or that data decides on. */
function blended(
  m: Machine,
  { value: before, dataDepth, mask: own }: Variable & { kind: "value" },
  after: Value,
): Value {
  const type = before.type.base === "other" ? after.type : before.type;
  const typed = { ...after, type: before.pointer === undefined ? type : before.type };
  if (m.dataDepth > dataDepth && !same(before, after))
    return { ...typed, lanes: undefined, isConstant: false };
  if (
    m.mask === undefined ||
    m.mask === own ||
    before.lanes === undefined ||
    after.lanes === undefined
  )
    return typed;
  const { mask } = m;
  const lanes = new Float64Array(m.threads);
  for (let thread = 0; thread < m.threads; thread += 1)
    lanes[thread] = laneAt(mask[thread] === 1 ? after.lanes : before.lanes, thread);
  return { ...typed, lanes };
}

function same(a: Value, b: Value): boolean {
  return typeof a.lanes === "number" && a.lanes === b.lanes;
}

export function pointerTo(array: ArrayInfo, lanes: Lanes | undefined = 0): Value {
  return { type: array.element, lanes, open: [], ready: 0, pointer: array };
}

/** `pointer + index` elements of `bytes`. */
export function advanced(pointer: Value, index: Value, bytes: number, sign = 1): Value {
  const lanes =
    pointer.lanes === undefined || index.lanes === undefined
      ? undefined
      : zipLanes(pointer.lanes, index.lanes, (at, by) => at + sign * by * bytes);
  return { ...pointer, lanes, open: joinOpen(pointer.open, index.open), isConstant: false };
}

export function load(m: Machine, node: CppNode, pointer: Value, type: CType): Value {
  const array = pointer.pointer;
  m.use({ ...pointer, ready: 0 }, node);
  if (array === undefined || array.space === "constant") return data(type);
  if (array.space === "local") return loadLocal(m, node, pointer, array, type);
  const site = access(m, node, { pointer, array, direction: "read", bytes: type.bytes });
  if (site === undefined) return data(type);
  m.clock += 1;
  m.pend(Math.ceil(type.bytes / 4));
  const { space } = array;
  return data(type, { load: { site: site.key, space, epoch: m.epochs[space] } });
}

export function store(m: Machine, node: CppNode, pointer: Value, type: CType, value: Value): void {
  const array = pointer.pointer;
  m.use({ ...pointer, ready: 0 }, node);
  if (array === undefined || array.space === "constant") return;
  if (array.space === "local") {
    const index = elementIndex(pointer, array);
    if (index === undefined) {
      if (array.elements !== undefined) m.note("dynamic register index", node, array.name);
      array.elements?.clear();
    } else {
      const width = Math.max(1, Math.round(type.bytes / Math.max(1, array.element.bytes)));
      for (let at = 0; at < width; at += 1)
        array.elements?.set(
          index + at,
          width === 1 ? { ...value, type } : memberOf(value, "xyzw"[at] ?? "x"),
        );
    }
    return;
  }
  m.use(value, node);
  const members = value.members;
  if (members !== undefined) for (const member of members.values()) m.use(member, node);
  access(m, node, { pointer, array, direction: "write", bytes: type.bytes });
  m.clock += 1;
}

function loadLocal(
  m: Machine,
  node: CppNode,
  pointer: Value,
  array: ArrayInfo,
  type: CType,
): Value {
  const index = elementIndex(pointer, array);
  if (index === undefined) {
    m.note("dynamic register index", node, array.name);
    return data(type);
  }
  const found = array.elements?.get(index);
  if (type.width > 1 && array.element.width === 1)
    return data(type, found?.load === undefined ? {} : { load: found.load });
  return found ?? data(type);
}

/** Registers have no addresses: the index must be one and the same number for all threads. */
function elementIndex(pointer: Value, array: ArrayInfo): number | undefined {
  return typeof pointer.lanes === "number"
    ? Math.round(pointer.lanes / Math.max(1, array.element.bytes))
    : undefined;
}

export interface Access {
  readonly pointer: Value;
  readonly array: ArrayInfo;
  readonly direction: "read" | "write";
  readonly bytes: number;
  readonly isAsynchronous?: boolean;
}

/** Counts one access by all threads that are here; undefined where nothing is counted. */
export function access(m: Machine, node: CppNode, what: Access): Site | undefined {
  if (m.recorder.isOff) return undefined;
  const { array, direction, bytes } = what;
  const site = m.site(
    node,
    {
      kind: "access",
      array,
      direction,
      width: bytes,
      isAsynchronous: what.isAsynchronous ?? false,
    },
    `${direction}${array.name}`,
  );
  const { warps } = m;
  site.executions += warps;
  const lanes = addressesOf(what);
  if (lanes === undefined) {
    site.blind += warps;
    return site;
  }
  countTouched(site, touchedBy(lanes, bytes, m.mask, m.threads), warps);
  if (site.places === undefined) {
    site.places = placesOf(lanes, m.mask, m.threads);
    site.lanes = lanes;
    site.laneMask = m.mask;
    site.laneStride = strideOf(lanes, m.mask, m.threads, bytes);
  }
  return site;
}

function addressesOf({ pointer, array }: Access): Lanes | undefined {
  if (pointer.lanes === undefined) return undefined;
  return array.base === 0
    ? pointer.lanes
    : zipLanes(pointer.lanes, array.base, (at, base) => at + base);
}

/** In elements of the access, from one thread to the next; undefined where it is not the same within a warp. */
function strideOf(
  lanes: Lanes,
  mask: Uint8Array | undefined,
  threads: number,
  bytes: number,
): number | undefined {
  if (typeof lanes === "number") return 0;
  const isActive = (thread: number): boolean =>
    thread < threads && (mask === undefined || mask[thread] === 1);
  let stride: number | undefined;
  for (let thread = 1; thread < Math.min(32, threads); thread += 1) {
    if (!isActive(thread) || !isActive(thread - 1)) continue;
    const step = (lanes[thread] ?? 0) - (lanes[thread - 1] ?? 0);
    if (stride !== undefined && stride !== step) return undefined;
    stride = step;
  }
  return stride === undefined ? undefined : stride / bytes;
}
