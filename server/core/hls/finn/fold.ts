import { type MatrixUnit, type Unit } from "./units.js";
import { matrixCycles } from "./unit-cost.js";

/**
 * The least folding of every unit that keeps up with the target: PE and SIMD divide rows and columns, of those with the fewest
 * multipliers the one with the fewest elements, whose sums and thresholds cost most. A unit that cannot keep up is fully unrolled;
 * one whose folding is told keeps it.
 */
export function foldFor(units: readonly Unit[], targetCycles: number): readonly Unit[] {
  return units.map((unit) =>
    unit.kind === "matrix" && !unit.isFolded ? folded(unit, Math.max(1, targetCycles)) : unit,
  );
}

function folded(unit: MatrixUnit, target: number): MatrixUnit {
  const columns = divisorsOf(unit.window);
  let best: MatrixUnit | undefined;
  for (const pe of divisorsOf(unit.rows)) {
    // Columns go up: the first that keeps up is the least for this number of elements.
    const simd = columns.find((count) => matrixCycles({ ...unit, pe, simd: count }) <= target);
    if (simd === undefined) continue;
    if (best === undefined || pe * simd < best.pe * best.simd) best = { ...unit, pe, simd };
  }
  return best ?? { ...unit, pe: unit.rows, simd: unit.window };
}

function divisorsOf(extent: number): readonly number[] {
  const low: number[] = [];
  const high: number[] = [];
  for (let one = 1; one * one <= extent; one += 1)
    if (extent % one === 0) {
      low.push(one);
      if (one * one !== extent) high.unshift(extent / one);
    }
  return [...low, ...high];
}
