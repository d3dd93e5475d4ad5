import type { TextSpan } from "../../base/text-span.js";
import { fieldOf, textOf, type CppNode } from "../../hls/cpp-tree.js";
import { evaluateText } from "../../hls/read/constant-text.js";
import type { ArithmeticPipe } from "../gpu-kernel.js";
import { warpLanes } from "../gpu-device.js";
import type { CType } from "./c-type.js";
import { Recorder, type Site, type SiteKind } from "./recorder.js";
import { macroPrefix } from "./prepare.js";
import type { CudaFunction, CudaUnit } from "./unit.js";
import type { ArrayInfo, LoadToken, Value } from "./value.js";

export interface Dim3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** What a name means: a value, another place (a reference), or an argument of a macro that is put in where it stands. */
export type Variable =
  | {
      kind: "value";
      value: Value;
      /** Conditions on data, and the threads, where it was declared: those that are not there now keep what they had. */
      readonly dataDepth: number;
      readonly mask?: Uint8Array | undefined;
    }
  | { readonly kind: "alias"; readonly place: Place }
  | { readonly kind: "macro"; readonly node: CppNode; readonly scope: Scope };

export type Place =
  | { readonly kind: "variable"; readonly variable: Variable & { kind: "value" } }
  | { readonly kind: "member"; readonly of: Place; readonly name: string }
  | { readonly kind: "memory"; readonly pointer: Value; readonly type: CType }
  | { readonly kind: "nowhere"; readonly value: Value };

export class Scope {
  readonly variables = new Map<string, Variable>();
  readonly types: Map<string, CType>;
  readonly parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.parent = parent;
    this.types = new Map(parent?.types ?? []);
  }

  find(name: string): Variable | undefined {
    return this.variables.get(name) ?? this.parent?.find(name);
  }
}

/** What makes a function end early, and a loop's turn; threads that are set take no further part. */
export interface Control {
  returned: Uint8Array | undefined;
  broken: Uint8Array | undefined;
  continued: Uint8Array | undefined;
  result: Value | undefined;
}

/** Of a body that nothing has left yet, but for threads that already returned from the function around it. */
export function newControl(returned?: Uint8Array): Control {
  return { returned, broken: undefined, continued: undefined, result: undefined };
}

/** More is no kernel that a person types; what is left over is told as not read. */
const mostSteps = 600_000;

/** One block of threads that is gone through once: indices are real, data is not known. */
export class Machine {
  readonly unit: CudaUnit;
  readonly block: Dim3;
  readonly threads: number;
  readonly blockIdx: Dim3;
  readonly grid: Readonly<Record<"x" | "y" | "z", Value>>;
  readonly thread: Readonly<Record<"x" | "y" | "z", Value>>;
  readonly recorder = new Recorder();
  /** Undefined: all threads. */
  mask: Uint8Array | undefined;
  /** How many conditions on data stand around. */
  dataDepth = 0;
  /** Where a macro or a function of a header was called, in the file's own text. */
  where: TextSpan | undefined;
  /** The calls on the way here. */
  path = "";
  callDepth = 0;
  /** Warp instructions that one warp has issued. */
  clock = 0;
  epochs = { global: 0, shared: 0 };
  steps = 0;
  /** Bytes of static shared memory; where the next array begins. */
  sharedBytes = 0;
  readonly sharedArrays = new Map<number, ArrayInfo>();
  hasDynamicShared = false;
  /** 32-bit registers of what is declared, where the most are alive. */
  liveWords = 0;
  mostLiveWords = 0;
  /** Loads whose results wait in registers, at the most. */
  pendingWords = 0;
  mostPendingWords = 0;
  /** The asynchronous copy that was issued last, if nobody has waited for it. */
  lastCopy: string | undefined;
  /** Threads that have left the kernel. */
  exited: Uint8Array | undefined;
  /** What the file declares outside of functions. */
  globals = new Scope();
  /** Functions that are being gone through, by their place. */
  readonly active = new Set<number>();
  /** On the host: what a launch does. */
  launch: ((m: Machine, scope: Scope, node: CppNode) => Value) | undefined;
  /** Values that a person or a call has given to names. */
  pins: ReadonlyMap<string, number> = new Map();
  isHost = false;
  /** Places alone are looked at: one turn of each loop tells them. */
  isGlance = false;
  readonly notes: MachineNote[] = [];
  /** Conditions (by their place) that follow from literals and template arguments alone: their loops are unrolled. */
  readonly constantConditions = new Set<number>();

  constructor(unit: CudaUnit, block: Dim3, blockIdx: Dim3, grid: Machine["grid"]) {
    this.unit = unit;
    this.block = block;
    this.blockIdx = blockIdx;
    this.grid = grid;
    this.threads = block.x * block.y * block.z;
    this.thread = threadIndices(block, this.threads);
  }

  get isSpent(): boolean {
    return this.steps > mostSteps;
  }

  text(node: CppNode): string {
    return textOf(this.unit.file, node);
  }

  /** Where a node stands for the user: what lies behind the text is told at the call. */
  spanOf(node: CppNode): TextSpan {
    const ownLength = this.unit.file.ownLength ?? Infinity;
    if (node.start < ownLength) return { start: node.start, end: node.end };
    return this.where ?? { start: 0, end: 0 };
  }

  /** Warps of which at least one thread takes part. */
  get warps(): number {
    const all = Math.ceil(this.threads / warpLanes);
    if (this.mask === undefined) return all;
    let count = 0;
    for (let warp = 0; warp < all; warp += 1)
      for (
        let lane = warp * warpLanes;
        lane < Math.min(this.threads, (warp + 1) * warpLanes);
        lane += 1
      )
        if (this.mask[lane] === 1) {
          count += 1;
          break;
        }
    return count;
  }

  get isAnyActive(): boolean {
    return this.mask === undefined || this.mask.includes(1);
  }

  site(node: CppNode, what: SiteKind, detail = ""): Site {
    const span = this.spanOf(node);
    return this.recorder.site(`${this.path}:${node.start}${detail}`, span, what);
  }

  /** `count` warp instructions for each warp that is here. */
  arithmetic(
    node: CppNode,
    pipe: ArithmeticPipe,
    each: { readonly flops?: number; readonly results?: number; readonly count?: number } = {},
  ): void {
    if (this.recorder.isOff) return;
    const { flops = 0, results = warpLanes, count = 1 } = each;
    const site = this.site(node, { kind: "arithmetic", pipe, results, flops });
    site.executions += count * this.warps;
    this.clock += count;
  }

  /** A value is read by an instruction: whoever loaded it must have arrived. */
  use(value: Value, node: CppNode): void {
    if (this.recorder.isOff) return;
    const { load } = value;
    if (load !== undefined) this.awaitLoad(load);
    const stall = value.ready - this.clock;
    if (stall > 0) {
      const site = this.site(
        node,
        { kind: "arithmetic", pipe: "float32", results: warpLanes, flops: 0 },
        "w",
      );
      site.waits += stall / arithmeticLatency;
      this.clock += stall;
    }
  }

  awaitLoad(load: LoadToken): void {
    if (load.epoch < this.epochs[load.space]) return;
    this.recorder.waitFor(load.site, 1);
    // All that was asked for earlier has come by then; what comes from memory takes longer than what comes from shared memory.
    this.epochs.shared += 1;
    if (load.space === "global") this.epochs.global += 1;
    this.pendingWords = 0;
  }

  note(kind: MachineNote["kind"], node: CppNode, detail = ""): void {
    if (this.recorder.isOff) return;
    const span = this.spanOf(node);
    if (this.notes.some((note) => note.kind === kind && note.span.start === span.start)) return;
    this.notes.push({ kind, span, detail });
  }

  /** The value of an object-like macro. */
  defineValue(text: string, depth = 0): number | undefined {
    if (depth > 12) return undefined;
    return evaluateText(text, (name) => {
      const pin = this.pins.get(name);
      const inner = this.unit.defines.get(name);
      if (pin !== undefined || inner === undefined) return pin;
      return this.defineValue(inner, depth + 1);
    });
  }

  /** On the host whole numbers that come from somewhere else are sizes that nobody has given, unless they are pinned. */
  hostValue(name: string, type: CType, given: Value): Value {
    const pin = this.pins.get(name);
    if (pin !== undefined && given.members === undefined)
      return { ...given, type, lanes: pin, open: [], isConstant: false };
    const isSize =
      type.base === "int" &&
      type.bytes >= 4 &&
      given.lanes === undefined &&
      given.members === undefined &&
      given.pointer === undefined;
    return isSize ? { ...given, type, lanes: standIn, open: [name] } : given;
  }

  /** A macro's body is read where it stands in for the call: its names are those of the caller, its parameters the caller's expressions. */
  withinMacro<T>(scope: Scope, node: CppNode, macro: CudaFunction, run: (inner: Scope) => T): T {
    const inner = new Scope(scope);
    const args = fieldOf(node, "arguments")?.children ?? [];
    macro.parameters.forEach((parameter, index) => {
      const name = fieldOf(parameter, "declarator");
      const argument = args[index];
      if (name !== undefined && argument !== undefined)
        inner.variables.set(this.text(name), { kind: "macro", node: argument, scope });
    });
    return this.within(node, macro, () => run(inner));
  }

  within<T>(node: CppNode, callee: CudaFunction, run: () => T): T {
    const [where, path] = [this.where, this.path];
    const isBehind = callee.node.start >= (this.unit.file.ownLength ?? Infinity);
    if (isBehind && node.start < (this.unit.file.ownLength ?? Infinity))
      this.where = { start: node.start, end: node.end };
    this.path = `${path}>${node.start}`;
    this.callDepth += 1;
    const isMacro = this.unit.macros.has(callee.name.slice(macroPrefix.length));
    if (!isMacro) this.active.add(callee.node.start);
    const result = run();
    if (!isMacro) this.active.delete(callee.node.start);
    this.callDepth -= 1;
    this.where = where;
    this.path = path;
    return result;
  }

  declare(words: number): void {
    this.liveWords += words;
    this.mostLiveWords = Math.max(this.mostLiveWords, this.liveWords);
  }

  pend(words: number): void {
    this.pendingWords += words;
    this.mostPendingWords = Math.max(this.mostPendingWords, this.pendingWords);
  }
}

/** What stands in for a size that nobody has given: large, and even. */
export const standIn = 4096;

/** Clock cycles until a result can be used, since Volta (Jia et al. 2018, table 4.1). */
export const arithmeticLatency = 4;

/** What was seen on the way and is no work. */
export interface MachineNote {
  readonly kind:
    | "divergent barrier"
    | "data branch"
    | "dynamic register index"
    | "unknown call"
    | "unread"
    | "recursion"
    | "half product"
    | "integer division";
  readonly span: TextSpan;
  readonly detail: string;
}

function threadIndices(block: Dim3, threads: number): Machine["thread"] {
  const make = (read: (thread: number) => number, extent: number): Value => {
    const base = { type: { base: "int", bytes: 4, width: 1 } as const, open: [], ready: 0 };
    if (extent === 1) return { ...base, lanes: 0 };
    const lanes = new Float64Array(threads);
    for (let thread = 0; thread < threads; thread += 1) lanes[thread] = read(thread);
    return { ...base, lanes };
  };
  return {
    x: make((thread) => thread % block.x, block.x),
    y: make((thread) => Math.floor(thread / block.x) % block.y, block.y),
    z: make((thread) => Math.floor(thread / (block.x * block.y)), block.z),
  };
}

export function maskAnd(a: Uint8Array | undefined, b: Uint8Array): Uint8Array {
  if (a === undefined) return b;
  const result = new Uint8Array(b.length);
  for (let index = 0; index < b.length; index += 1)
    result[index] = (a[index] ?? 0) & (b[index] ?? 0);
  return result;
}

export function maskWithout(a: Uint8Array | undefined, b: Uint8Array, threads: number): Uint8Array {
  const result = new Uint8Array(threads);
  for (let index = 0; index < threads; index += 1)
    result[index] = a === undefined || a[index] === 1 ? 1 - (b[index] ?? 0) : 0;
  return result;
}

export function maskOr(a: Uint8Array | undefined, b: Uint8Array): Uint8Array {
  if (a === undefined) return b.slice();
  const result = new Uint8Array(b.length);
  for (let index = 0; index < b.length; index += 1)
    result[index] = (a[index] ?? 0) | (b[index] ?? 0);
  return result;
}
