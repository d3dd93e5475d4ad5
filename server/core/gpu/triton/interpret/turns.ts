import { dottedName, type PyExpression, type PyStatement } from "../../../python/syntax.js";
import { walkPython } from "../../../python/walk.js";
import type { TileOp } from "./ops.js";
import { type Tile, elementsOf, scalar, unionOf } from "./value.js";

export function isEquality(test: PyExpression): boolean {
  return test.kind === "compare" && test.rest.length === 1 && test.rest[0]?.operator === "==";
}

export function endsProgram(body: readonly PyStatement[]): boolean {
  return body.some(({ kind }) => kind === "return");
}

export function effortOf(ops: readonly TileOp[]): number {
  return ops.reduce((sum, op) => {
    switch (op.kind) {
      case "dot":
        return sum + op.m * op.n * op.k * op.weight;
      case "arithmetic":
      case "reduce":
        return sum + op.elements * op.weight;
      case "access":
      case "atomic":
        return sum + elementsOf(op) * 8 * op.weight;
    }
  }, 0);
}

function tripCount(
  start: Tile | undefined,
  stop: Tile | undefined,
  step: Tile,
): number | undefined {
  if (start?.value === undefined || stop?.value === undefined || !step.value) return undefined;
  const turns = (stop.value - start.value) / step.value;
  const isMean = start.isMean || stop.isMean || step.isMean;
  return Math.max(0, isMean ? turns : Math.ceil(turns));
}

function turnsTextOf(start: Tile | undefined, stop: Tile | undefined, step: Tile): string {
  const to = stop?.text ?? (stop?.value === undefined ? "?" : String(stop.value));
  const from = start?.value === 0 ? "" : ` − ${start?.text ?? String(start?.value ?? "?")}`;
  const by = step.value === 1 ? "" : ` / ${step.text ?? String(step.value ?? "?")}`;
  return from === "" ? `${to}${by}` : by === "" ? `${to}${from}` : `(${to}${from})${by}`;
}

function readsItself(value: PyExpression, name: string): boolean {
  let found = false;
  walkPython([{ kind: "expression", value, start: value.start, end: value.end }], {
    expression: (one) => {
      if (one.kind === "name" && one.name === name) found = true;
    },
  });
  return found;
}

export interface LoopHeader {
  readonly start: Tile;
  readonly step: Tile;
  /** What its bounds change with. */
  readonly boundDeps: ReadonlySet<string>;
  readonly turns: number | undefined;
  readonly turnsText: string;
  readonly stages: number | undefined;
  /** `tl.static_range`: the compiler writes every turn out. */
  readonly isStatic: boolean;
}

/** `range(…)`, `tl.range(…, num_stages=…)`; undefined for a loop over something else. */
export function loopHeader(
  iterable: PyExpression,
  evaluate: (expression: PyExpression) => Tile | undefined,
): LoopHeader | undefined {
  if (iterable.kind !== "call") return undefined;
  const name = dottedName(iterable.callee) ?? "";
  if (!/(?:^|\.)(?:static_)?range$/.test(name)) return undefined;
  const placed = iterable.arguments.filter((one) => one.name === undefined);
  const stages = iterable.arguments.find((one) => one.name === "num_stages");
  const [first, second, third] = placed.map(({ value }) => evaluate(value));
  const start = placed.length < 2 ? scalar(0) : (first ?? scalar(undefined));
  const stop = placed.length < 2 ? first : second;
  const step = third ?? scalar(1);
  return {
    start,
    step,
    boundDeps: unionOf(start.deps, stop?.deps ?? new Set<string>()),
    turns: tripCount(start, stop, step),
    turnsText: turnsTextOf(start, stop, step),
    stages: stages === undefined ? undefined : evaluate(stages.value)?.value,
    isStatic: name.endsWith("static_range"),
  };
}

/** Names that a loop's body makes of their own last value. */
export function carriedNames(body: readonly PyStatement[]): ReadonlySet<string> {
  const carried = new Set<string>();
  walkPython(body, {
    statement: (inner) => {
      if (inner.kind === "augmented" && inner.target.kind === "name")
        carried.add(inner.target.name);
      if (inner.kind !== "assign" || inner.value === undefined) return;
      for (const one of inner.targets)
        if (one.kind === "name" && readsItself(inner.value, one.name)) carried.add(one.name);
    },
  });
  return carried;
}
