import type { Access, Assign, Branch, Expression, Loop, Step } from "../ir.js";

/**
 * A statement of a region without loops: what is left when the loops inside are unrolled. It stands for all its
 * copies; nothing is multiplied out, so that a thousandfold unrolled kernel costs no more to analyse than a plain one.
 */
export interface Site {
  /** Undefined for a condition, which only computes. */
  readonly target: Access | undefined;
  readonly value: Expression;
  readonly span: Assign["span"];
  /** Hardware copies: the product of the unroll factors around it. */
  readonly copies: number;
  /** The unrolled iterators around it, and how many copies each makes. */
  readonly unrolled: ReadonlyMap<string, number>;
  /** The unrolled loops around by their iterators, which need not differ: their ids, innermost last. */
  readonly loops: ReadonlyMap<string, number | undefined>;
  /** What one iteration adds to each of these iterators. */
  readonly strides: ReadonlyMap<string, number>;
  /** Of those, the ones whose loop did not ask for copies itself: their sums are no trees. */
  readonly forced: ReadonlySet<string>;
  /** Iterators of loops that are unrolled whole: constants in each copy. */
  readonly known: ReadonlySet<string>;
  readonly isConditional: boolean;
  /** The branches around it, each with the arm that it stands in. */
  readonly arms: ReadonlyMap<Branch, "then" | "otherwise">;
}

/** Whether two statements are never run both: they stand in different arms of one branch. */
export function areExclusive(one: Site, other: Site): boolean {
  for (const [branch, arm] of one.arms)
    if (other.arms.has(branch) && other.arms.get(branch) !== arm) return true;
  return false;
}

export interface Unrolled {
  readonly iterator: string;
  readonly copies: number;
  readonly stride?: number;
  readonly loop?: number;
  readonly isForced?: boolean;
  /** Whether every iteration has a copy of its own. */
  readonly isFull?: boolean;
}

/** How a loop is carried out, after what the directives say. */
export interface LoopPlan {
  /** Copies of the body side by side, at most the trip count. */
  readonly factor: number;
  readonly isFull: boolean;
  /** Whether a directive at a loop around unrolls it, none of its own. */
  readonly isForced?: boolean;
}

export type PlanOf = (loop: Loop) => LoopPlan;

/** Whether no loop remains that runs in time. */
export function isFlat(step: Step, planOf: PlanOf): boolean {
  switch (step.kind) {
    case "assign":
      return true;
    case "branch":
      return (
        step.then.every((one) => isFlat(one, planOf)) &&
        step.otherwise.every((one) => isFlat(one, planOf))
      );
    case "call":
      return step.body.every((one) => isFlat(one, planOf));
    case "loop":
      return planOf(step).isFull && step.body.every((one) => isFlat(one, planOf));
  }
}

export function sitesOf(
  steps: readonly Step[],
  planOf: PlanOf,
  around: readonly Unrolled[] = [],
): readonly Site[] {
  const sites: Site[] = [];
  collect(steps, planOf, around, new Map(), sites);
  return sites;
}

function collect(
  steps: readonly Step[],
  planOf: PlanOf,
  around: readonly Unrolled[],
  arms: Site["arms"],
  sites: Site[],
): void {
  const site = (target: Access | undefined, value: Expression, span: Assign["span"]): Site => ({
    target,
    value,
    span,
    copies: around.reduce((product, { copies }) => product * copies, 1),
    unrolled: new Map(around.map(({ iterator, copies }) => [iterator, copies])),
    loops: new Map(around.map(({ iterator, loop }) => [iterator, loop])),
    strides: new Map(around.map(({ iterator, stride = 1 }) => [iterator, stride])),
    forced: new Set(
      around.flatMap(({ iterator, isForced }) => (isForced === true ? [iterator] : [])),
    ),
    known: new Set(around.flatMap(({ iterator, isFull }) => (isFull === true ? [iterator] : []))),
    isConditional: arms.size > 0,
    arms,
  });
  for (const step of steps)
    switch (step.kind) {
      case "assign":
        sites.push(site(step.target, step.value, step.span));
        break;
      case "branch":
        sites.push(site(undefined, step.condition, conditionSpan(step)));
        collect(step.then, planOf, around, new Map([...arms, [step, "then"]]), sites);
        collect(step.otherwise, planOf, around, new Map([...arms, [step, "otherwise"]]), sites);
        break;
      case "call":
        collect(step.body, planOf, around, arms, sites);
        break;
      case "loop": {
        const { factor, isFull, isForced = false } = planOf(step);
        const { id: loop, iterator, stride } = step;
        const inner = { iterator, copies: factor, stride, loop, isForced, isFull };
        collect(step.body, planOf, [...around, inner], arms, sites);
      }
    }
}

function conditionSpan(step: Branch): Assign["span"] {
  return { start: step.span.start, end: step.span.start + 2 };
}

/** Every array and scalar that the steps read or write, in their order, with the loops around it. */
export function eachAccess(
  steps: readonly Step[],
  visit: (access: Access, isRead: boolean, around: readonly Loop[]) => void,
  around: readonly Loop[] = [],
): void {
  for (const step of steps)
    switch (step.kind) {
      case "assign":
        for (const access of readsOf(step.value)) visit(access, true, around);
        visit(step.target, false, around);
        break;
      case "branch":
        for (const access of readsOf(step.condition)) visit(access, true, around);
        eachAccess(step.then, visit, around);
        eachAccess(step.otherwise, visit, around);
        break;
      case "call":
        eachAccess(step.body, visit, around);
        break;
      case "loop":
        eachAccess(step.body, visit, [...around, step]);
    }
}

/** Every access that an expression reads, subscripts included. */
export function readsOf(value: Expression, found: Access[] = []): readonly Access[] {
  if (value.kind === "access") {
    found.push(value.access);
    for (const index of value.access.indexWork) readsOf(index, found);
  } else if (value.kind === "operation") for (const arg of value.args) readsOf(arg, found);
  return found;
}
