import { productOf } from "../../base/product.js";
import type { HlsFunction } from "../ir.js";
import type { Partition } from "./partition.js";
import { eachAccess, type PlanOf } from "./region.js";

/**
 * Arrays on the chip whose every subscript is a constant once the loops around are unrolled: the compiler makes scalars of them
 * (LLVM's scalar replacement of aggregates), so that they are registers without any pragma. Shift registers are such arrays.
 */
export function withScalars(
  target: HlsFunction,
  planOf: PlanOf,
  partitions: ReadonlyMap<string, Partition>,
): ReadonlyMap<string, Partition> {
  const scalars = new Set(
    [...target.variables.values()]
      .filter(({ kind, dims, isConstant, isStream }) => {
        const isKnown = dims.length > 0 && dims.every((dim) => dim !== undefined);
        return kind !== "argument" && isKnown && !isConstant && !isStream;
      })
      .map(({ name }) => name),
  );
  eachAccess(target.body, ({ name, indices }, _isRead, around) => {
    if (!scalars.has(name)) return;
    const unrolled = new Set(
      around.filter((loop) => planOf(loop).isFull).map(({ iterator }) => iterator),
    );
    const isConstant = indices.every(
      (index) => index !== undefined && [...index.terms.keys()].every((one) => unrolled.has(one)),
    );
    const dims = target.variables.get(name)?.dims.length ?? 0;
    if (!isConstant || indices.length < dims) scalars.delete(name);
  });
  const changed = new Map(partitions);
  for (const name of scalars) {
    const known = partitions.get(name);
    const banks = productOf((target.variables.get(name)?.dims ?? []).map((dim) => dim ?? 1));
    if (known !== undefined) changed.set(name, { ...known, banks, isComplete: true });
  }
  return changed;
}
