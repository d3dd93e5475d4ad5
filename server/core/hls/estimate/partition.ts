import { productOf } from "../../base/product.js";
import { directivesOf } from "../directives.js";
import type { HlsFunction, Step, Variable } from "../ir.js";
import type { Ports } from "./interval.js";
import type { HlsProfile } from "./profile.js";
import { eachAccess, type PlanOf } from "./region.js";
import { wordsOf } from "./transfers.js";

/** How many independent memories each array of a function is cut into. */
export interface Partition {
  readonly banks: number;
  /** Whether every element has a register of its own. */
  readonly isComplete: boolean;
  /** Whether the banks lie side by side in one wide word. */
  readonly isReshaped: boolean;
}

/** What directives say, and what Merlin cuts by itself so that the copies of a body have a bank each. */
export function partitionsOf(
  target: HlsFunction,
  planOf: PlanOf,
  isMerlin: boolean,
): ReadonlyMap<string, Partition> {
  const partitions = new Map<string, Partition>();
  const factors = isMerlin ? unrolledDims(target.body, planOf) : new Map<string, number[]>();
  const directives = [...target.directives, ...loopDirectives(target.body)];
  for (const variable of target.variables.values()) {
    if (variable.dims.length === 0 || variable.isStream) continue;
    const own = factors.get(variable.name) ?? [];
    const cuts = variable.dims.map((dim, index) => Math.min(dim ?? 1, own[index] ?? 1));
    let isReshaped = false;
    for (const one of directivesOf(directives, "partition")) {
      if (one.variable !== variable.name) continue;
      isReshaped ||= one.isReshape;
      variable.dims.forEach((dim, index) => {
        if (one.dim !== 0 && one.dim !== index + 1) return;
        const factor = one.scheme === "complete" ? (dim ?? 1) : (one.factor ?? 1);
        cuts[index] = Math.min(dim ?? factor, factor);
      });
    }
    const banks = productOf(cuts);
    const words = wordsOf(variable);
    partitions.set(variable.name, {
      banks,
      isComplete: words !== undefined && banks >= words,
      isReshaped,
    });
  }
  return partitions;
}

/** Ports of each array, from its partition. */
export function portsFrom(
  target: HlsFunction,
  partitions: ReadonlyMap<string, Partition>,
  profile: HlsProfile,
): (name: string) => Ports {
  const slow = new Set(
    directivesOf(target.directives, "interface")
      .filter(({ mode }) => mode === "m_axi")
      .map(({ port }) => port),
  );
  return (name) => {
    const variable = variableOf(target, name);
    if (variable === undefined || variable.dims.length === 0 || variable.isStream)
      return { banks: 1, perBank: variable?.isStream === true ? 1 : Infinity };
    const partition = partitions.get(variable.name);
    if (partition?.isComplete === true) return { banks: Infinity, perBank: 1 };
    // Memory outside of the chip has no ports but a bus (`off-chip.ts`).
    if (slow.has(variable.name)) return { banks: 1, perBank: Infinity };
    const perBank = portsOfVariable(variable, target, profile);
    return { banks: partition?.banks ?? 1, perBank, isConstant: variable.isConstant };
  };
}

/** What a name stands for; the fields of an array of structures (`in.x`) are cut and reached as the array is. */
export function variableOf({ variables }: HlsFunction, name: string): Variable | undefined {
  const holder = variables.get(name.slice(0, Math.max(0, name.lastIndexOf("."))));
  const isField = holder !== undefined && holder.dims.length > 0 && !holder.isStream;
  return isField ? holder : variables.get(name);
}

function portsOfVariable(variable: Variable, target: HlsFunction, profile: HlsProfile): number {
  const bind = directivesOf(target.directives, "bind").find(
    (one) => one.variable === variable.name,
  );
  if (bind === undefined) return profile.ports;
  return /1p/.test(bind.storage) ? 1 : profile.ports;
}

function loopDirectives(steps: readonly Step[]): HlsFunction["directives"] {
  return steps.flatMap((step) =>
    step.kind === "assign"
      ? []
      : step.kind === "branch"
        ? [...loopDirectives(step.then), ...loopDirectives(step.otherwise)]
        : [...(step.kind === "loop" ? step.directives : []), ...loopDirectives(step.body)],
  );
}

/** For each array and dimension, the most copies that unrolled loops make of it. */
function unrolledDims(steps: readonly Step[], planOf: PlanOf): Map<string, number[]> {
  const factors = new Map<string, number[]>();
  eachAccess(steps, ({ name, indices }, _isRead, around) => {
    const own = factors.get(name) ?? [];
    factors.set(name, own);
    indices.forEach((index, dim) => {
      let copies = 1;
      for (const loop of around)
        if (index?.terms.has(loop.iterator) === true) copies *= planOf(loop).factor;
      own[dim] = Math.max(own[dim] ?? 1, copies);
    });
  });
  return factors;
}
