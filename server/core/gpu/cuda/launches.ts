import { fieldOf, type CppNode } from "../../hls/cpp-tree.js";
import { parameterOf } from "./calls.js";
import { evaluate } from "./evaluate.js";
import { Machine, newControl, Scope, standIn } from "./machine.js";
import { memberOf } from "./memory.js";
import { declare, execute } from "./statements.js";
import { typeOfNode } from "./types.js";
import type { CudaFunction, CudaUnit } from "./unit.js";
import { constant, data, known, type ArrayInfo, type Value } from "./value.js";

/** A call `k<<<grid, block, shared>>>(…)`, as far as the file says what stands in it. */
export interface Launch {
  readonly kernel: string;
  readonly node: CppNode;
  readonly templateArguments: readonly CppNode[];
  /** Where template arguments are evaluated. */
  readonly scope: Scope;
  readonly machine: Machine;
  readonly grid: Extents;
  readonly block: Extents;
  /** Bytes of dynamic shared memory. */
  readonly shared: Value;
  readonly args: readonly Value[];
}

export interface Extents {
  readonly x: Value;
  readonly y: Value;
  readonly z: Value;
}

/** Launches of a file, each once: `main` is gone through first, for it calls the others with what they are given. */
export function findLaunches(unit: CudaUnit, pins: ReadonlyMap<string, number>): readonly Launch[] {
  const found = new Map<number, Launch>();
  const ordered = [...unit.hosts].sort(
    (a, b) => Number(b.name === "main") - Number(a.name === "main"),
  );
  for (const host of ordered) {
    const m = hostMachine(unit, pins);
    m.launch = (machine, scope, node) => {
      const launch = launchOf(machine, scope, node);
      if (launch !== undefined && isClearer(launch, found.get(node.start)))
        found.set(node.start, launch);
      return data();
    };
    const scope = new Scope(m.globals);
    for (const parameter of host.parameters) {
      const name = parameterOf(m, parameter);
      if (name === undefined) continue;
      scope.variables.set(name.name, {
        kind: "value",
        value: hostParameter(m, scope, parameter, name),
        dataDepth: 0,
      });
    }
    const control = newControl();
    execute(m, scope, host.body, control);
  }
  return [...found.values()].sort((a, b) => a.node.start - b.node.start);
}

/** One thread, nothing counted. */
export function hostMachine(unit: CudaUnit, pins: ReadonlyMap<string, number>): Machine {
  const one = known(1);
  const m = new Machine(
    unit,
    { x: 1, y: 1, z: 1 },
    { x: 0, y: 0, z: 0 },
    { x: one, y: one, z: one },
  );
  m.recorder.isOff = true;
  m.isHost = true;
  m.pins = pins;
  declareGlobals(m, unit);
  return m;
}

/** Constants of the file, and what lies in constant memory. */
export function declareGlobals(m: Machine, unit: CudaUnit): void {
  const isOff = m.recorder.isOff;
  m.recorder.isOff = true;
  for (const { node, isConstantMemory } of unit.globals) {
    declare(m, m.globals, node);
    if (!isConstantMemory) continue;
    for (const declarator of node.children.filter(({ field }) => field === "declarator")) {
      const name = nameOf(m, declarator);
      const variable = name === undefined ? undefined : m.globals.variables.get(name);
      if (variable?.kind === "value" && variable.value.pointer !== undefined)
        variable.value = {
          ...variable.value,
          pointer: { ...variable.value.pointer, space: "constant" },
        };
    }
  }
  for (const [name, value] of m.pins)
    if (m.globals.variables.has(name))
      m.globals.variables.set(name, { kind: "value", value: constant(value), dataDepth: 0 });
  m.recorder.isOff = isOff;
  m.sharedBytes = 0;
  m.liveWords = 0;
  m.mostLiveWords = 0;
}

function nameOf(m: Machine, declarator: CppNode): string | undefined {
  let at: CppNode | undefined = declarator;
  while (at !== undefined && at.type !== "identifier") at = fieldOf(at, "declarator");
  return at === undefined ? undefined : m.text(at);
}

function hostParameter(
  m: Machine,
  scope: Scope,
  parameter: CppNode,
  { name, isPointer }: { readonly name: string; readonly isPointer: boolean },
): Value {
  const typeNode = fieldOf(parameter, "type");
  const type = typeNode === undefined ? undefined : typeOfNode(m, scope, typeNode);
  if (isPointer || type === undefined) return data(type);
  return m.hostValue(name, type, data(type));
}

function isClearer(launch: Launch, other: Launch | undefined): boolean {
  return other === undefined || openCount(launch) < openCount(other);
}

function openCount({ grid, block, shared, args }: Launch): number {
  const values = [grid.x, grid.y, grid.z, block.x, block.y, block.z, shared, ...args];
  return values.filter(({ open }) => open.length > 0).length;
}

function launchOf(m: Machine, scope: Scope, node: CppNode): Launch | undefined {
  const inner = fieldOf(node, "function");
  if (inner?.type !== "call_expression") return undefined;
  const configuration = listOf(fieldOf(inner, "arguments")?.children[0]);
  const callee = fieldOf(inner, "function");
  if (configuration.length < 2 || callee === undefined) return undefined;
  let at = callee;
  let templateArguments: readonly CppNode[] = [];
  for (let depth = 0; depth < 10; depth += 1) {
    if (/^template_/.test(at.type)) templateArguments = fieldOf(at, "arguments")?.children ?? [];
    const name = fieldOf(at, "name");
    if (name === undefined) break;
    at = name;
  }
  const [grid, block, shared] = configuration.map((one) => evaluate(m, scope, one));
  const args = (fieldOf(node, "arguments")?.children ?? []).map((one) => evaluate(m, scope, one));
  return {
    kernel: m.text(at),
    node,
    templateArguments,
    scope,
    machine: m,
    grid: extentsOf(grid),
    block: extentsOf(block),
    shared: shared ?? constant(0),
    args,
  };
}

/** `(((a, b, c)))`. */
function listOf(node: CppNode | undefined): readonly CppNode[] {
  let at = node;
  while (at?.type === "parenthesized_expression") at = at.children[0];
  const list: CppNode[] = [];
  while (at?.type === "comma_expression") {
    const [left, right] = [fieldOf(at, "left"), fieldOf(at, "right")];
    if (left !== undefined) list.push(left);
    at = right;
  }
  if (at !== undefined) list.push(at);
  return list;
}

function extentsOf(value: Value | undefined): Extents {
  if (value === undefined) return { x: unknownExtent, y: unknownExtent, z: unknownExtent };
  const { members } = value;
  if (members === undefined)
    return { x: value.lanes === undefined ? unknownExtent : value, y: constant(1), z: constant(1) };
  const one = (name: "x" | "y" | "z"): Value => {
    const found = members.has(name) ? memberOf(value, name) : constant(1);
    return found.lanes === undefined ? unknownExtent : found;
  };
  return { x: one("x"), y: one("y"), z: one("z") };
}

const unknownExtent: Value = { ...known(standIn), open: ["?"] };

/** What a pointer of a kernel's parameters points to. */
export function parameterArray(name: string, type: ArrayInfo["element"], text: string): ArrayInfo {
  return {
    name,
    space: "global",
    element: type,
    dims: [],
    isRestrict: /__restrict(?:__)?\b/.test(text),
    isReadOnly: /\bconst\b/.test(text),
    base: 0,
  };
}

export function isKernelNamed(kernel: CudaFunction, launch: Launch): boolean {
  return kernel.name === launch.kernel;
}
