import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { floatType } from "./c-type.js";
import { evaluateQuietly } from "./statements.js";
import { access } from "./memory.js";
import type { Machine, Scope } from "./machine.js";
import { typeOfNode } from "./types.js";
import type { Fragment, Value } from "./value.js";
import { zipLanes } from "./value.js";

/** `wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major>`; undefined for other types. */
export function fragmentOf(m: Machine, scope: Scope, node: CppNode): Fragment | undefined {
  let at: CppNode | undefined = node;
  while (at !== undefined && at.type === "qualified_identifier") at = fieldOf(at, "name");
  if (at?.type !== "template_type") return undefined;
  const name = fieldOf(at, "name");
  if (name === undefined || m.text(name) !== "fragment") return undefined;
  const [role, rows, columns, depth, type] = fieldOf(at, "arguments")?.children ?? [];
  if (role === undefined) return undefined;
  const number = (one: CppNode | undefined): number => {
    const lanes = one === undefined ? undefined : evaluateQuietly(m, scope, one).lanes;
    return typeof lanes === "number" ? lanes : 16;
  };
  const word = /matrix_a|matrix_b|accumulator/.exec(m.text(role))?.[0];
  return {
    role: word === "matrix_a" || word === "matrix_b" ? word : "accumulator",
    m: number(rows),
    n: number(columns),
    k: number(depth),
    type: type === undefined ? floatType : typeOfNode(m, scope, type),
  };
}

/** A warp moves a tile together: lane by lane a part of a row. `leading` is in elements. */
export function moveFragment(
  m: Machine,
  node: CppNode,
  fragment: Fragment,
  pointer: Value,
  leading: Value,
  direction: "read" | "write",
): Value {
  const array = pointer.pointer;
  if (array === undefined || array.space === "local" || array.space === "constant") return pointer;
  const rows = fragment.role === "matrix_b" ? fragment.k : fragment.m;
  const elements =
    fragment.role === "matrix_a"
      ? fragment.m * fragment.k
      : fragment.role === "matrix_b"
        ? fragment.k * fragment.n
        : fragment.m * fragment.n;
  const bytes = (elements * fragment.type.bytes) / 32;
  const perRow = Math.max(1, 32 / rows);
  const step = typeof leading.lanes === "number" ? leading.lanes * fragment.type.bytes : undefined;
  const within = new Float64Array(m.threads);
  for (let thread = 0; thread < m.threads; thread += 1) {
    const lane = thread % 32;
    within[thread] = Math.floor(lane / perRow) * (step ?? 0) + (lane % perRow) * bytes;
  }
  const isKnown = pointer.lanes !== undefined && step !== undefined;
  const moved: Value = {
    ...pointer,
    lanes: isKnown ? zipLanes(pointer.lanes, within, (at, by) => at + by) : undefined,
  };
  const site = access(m, node, { pointer: moved, array, direction, bytes });
  m.clock += 1;
  if (direction === "write" || site === undefined) return pointer;
  const { space } = array;
  return {
    type: fragment.type,
    lanes: undefined,
    open: [],
    ready: 0,
    fragment,
    load: { site: site.key, space, epoch: m.epochs[space] },
  };
}
