import type { Interval } from "../../server/core/cost/calibrated/calibration.js";
import { isSameArchitecture, siblingsOf } from "../../server/core/cost/calibrated/sibling.js";
import type { Target } from "../../server/core/targets/target.js";
import { kindPredictor, type KindRow } from "./train/fit-kind.js";
import { rounded } from "./train/matrix.js";
import { conformalInterval, type Unseen } from "./train/interval.js";

/** A fitted kind with the rows that it was fitted to. */
export interface Lender {
  readonly target: Target;
  readonly kind: Readonly<Record<string, unknown>>;
  readonly rows: readonly KindRow[];
}

/**
 * What it costs to borrow: each target's rows predicted by the nearest lender of the same architecture, and by the
 * nearest of another, over all precisions. The intervals hold for any lender of the set.
 */
export function transferIntervals(
  lenders: readonly Lender[],
): { readonly near: Interval; readonly far: Interval } | undefined {
  const near: Unseen[] = [];
  const far: Unseen[] = [];
  for (const borrower of lenders) {
    const others = lenders.filter(({ target }) => target.chip.id !== borrower.target.chip.id);
    const isNear = ({ target }: Lender): boolean =>
      isSameArchitecture(target.chip, borrower.target.chip);
    near.push(...borrowed(borrower, others.filter(isNear)));
    far.push(
      ...borrowed(
        borrower,
        others.filter((other) => !isNear(other)),
      ),
    );
  }
  if (near.length < 100 || far.length < 100) return undefined;
  return {
    near: widened(conformalInterval(near, { groups: 2, margin: 0.02 }), 1.08),
    far: widened(conformalInterval(far, { groups: 2, margin: 0.03 }), 1.15),
  };
}

/** The next pair of chips differs from all pairs that were seen. */
function widened({ edges, low, high }: Interval, factor: number): Interval {
  return {
    edges,
    low: low.map((end) => rounded(end / factor, 4)),
    high: high.map((end) => rounded(end * factor, 4)),
  };
}

function borrowed(borrower: Lender, candidates: readonly Lender[]): readonly Unseen[] {
  const [found] = siblingsOf(
    borrower.target,
    candidates.map(({ target }) => target),
  );
  const lender = candidates.find(({ target }) => target === found);
  if (lender === undefined) return [];
  const predict = kindPredictor(lender.kind);
  return borrower.rows.map((row) => ({ predicted: predict(row), measured: row.seconds }));
}
