import type { HlsFunction, Loop, Step, Variable } from "../ir.js";
import type { AreaCosts } from "./profile.js";
import { eachAccess, type LoopPlan, type PlanOf } from "./region.js";
import { tileOf } from "./split.js";

/**
 * LUTs of the choice among registers. A vector that an inner loop unrolls whole is cut into a register for each element
 * (UG1399, "ARRAY_PARTITION", complete). Where a loop reaches it by a running index, that index becomes a switch with a case
 * for each value, and behind it every register is chosen among all cases: elements × cases × bits. Vitis 2020.2 has such
 * switches where the vector is moved in and out, SDx 2018.3 where a loop clears it (published designs of bicg, atax, gemver
 * and gesummv; those of mvt and bicg-large, whose vectors are longer, take as many LUTs for each element).
 */
export function registerChoiceLut(
  target: HlsFunction,
  planOf: PlanOf,
  { registers }: AreaCosts,
): number {
  if (registers === undefined) return 0;
  let lut = 0;
  for (const [variable, isTiled] of wholeVectors(target, planOf)) {
    const [elements = 0] = variable.dims;
    const { bits } = variable.type;
    if (elements > registers.mostChosen) {
      lut += elements * registers.lutPerElementBeyond;
      continue;
    }
    // Tiles are loaded beside the one that is computed, into registers of their own.
    lut += registers.moved * elements * elements * bits * (isTiled ? 2 : 1);
    if (isTiled) continue;
    for (const factor of clearedBy(target.body, variable.name, planOf))
      lut += registers.cleared * elements * Math.ceil(elements / factor) * bits;
  }
  return lut;
}

/** Vectors among the arguments whose every element is reached at once in a loop that runs, and whether that loop is tiled. */
function wholeVectors(target: HlsFunction, planOf: PlanOf): ReadonlyMap<Variable, boolean> {
  const found = new Map<Variable, boolean>();
  eachAccess(target.body, ({ name, indices }, _isRead, around) => {
    const variable = target.variables.get(name);
    const [index] = indices;
    if (variable?.kind !== "argument" || indices.length !== 1 || index?.terms.size !== 1) return;
    const [outermost] = around;
    if (outermost === undefined || planOf(outermost).isFull) return;
    const isWhole = around.some((loop) => index.terms.has(loop.iterator) && planOf(loop).isFull);
    if (!isWhole) return;
    found.set(variable, found.get(variable) === true || around.some((loop) => tileOf(loop) > 1));
  });
  return found;
}

/** Copies of each loop that runs and sets a vector's elements to a constant. */
function clearedBy(steps: readonly Step[], name: string, planOf: PlanOf): readonly number[] {
  const visit = (
    inner: readonly Step[],
    around: readonly (Loop & { plan: LoopPlan })[],
  ): number[] =>
    inner.flatMap((step) => {
      if (step.kind === "loop")
        return visit(step.body, [...around, { ...step, plan: planOf(step) }]);
      if (step.kind !== "assign") return [];
      const isCleared = step.target.name === name && step.value.kind === "number";
      const walker = around.find(({ iterator }) => step.target.indices[0]?.terms.has(iterator));
      return isCleared && walker !== undefined && !walker.plan.isFull ? [walker.plan.factor] : [];
    });
  return visit(steps, []);
}
